/**
 * Owns what moves on the map: the deck.gl overlay with workers, lines to their incidents and the
 * selected worker's tail. A clock redraws it while something glides; the ground is not redrawn.
 */
import { LineLayer, PathLayer } from "@deck.gl/layers";
import { MapLibreOverlay } from "@deck.gl/maplibre";
import { onScopeDispose, watch } from "vue";
import { toMapDatum } from "@/format/datum";
import type { FleetView } from "@/state/fleet_view";
import { placeOf } from "@/state/fleet_view";
import { isRunning } from "@/state/incidents";
import { emptyTails, growTails, type Tails, tailOf } from "@/state/tails";
import { useInstallation } from "@/stores/installation";
import { useSelection } from "@/stores/selection";
import { useMap } from "./context";
import { isCalm } from "./graphics";
import { MARK, rgb } from "./palette";
import { type Path, useScene } from "./scene";
import { makeWorkerLayer, type WorkerLayer } from "./worker_layer";

/** Thirty pictures a second are smooth for people on foot, and leave the computer quiet. */
const FRAME_MS = 33;

const bytes = (hex: string, alpha: number): [number, number, number, number] => {
  const [r, g, b] = rgb(hex);
  return [r * 255, g * 255, b * 255, alpha];
};
const ORDER_LINE = bytes(MARK.on_order, 210);
const TAIL = bytes(MARK.online, 190);

interface Line {
  from: [number, number];
  to: [number, number];
}

export function useFleetLayers(): void {
  const { map, magnify } = useMap();
  const scene = useScene();
  const place = useInstallation();
  const selection = useSelection();
  const overlay = new MapLibreOverlay({
    interleaved: false,
    layers: [],
    useDevicePixels: isCalm() ? magnify : window.devicePixelRatio * magnify,
    // Marks are smooth by themselves; four samples a point are for lines, where they cost nothing.
    deviceProps: { webgl: { antialias: !isCalm(), preserveDrawingBuffer: false } },
  });
  map.addControl(overlay);
  let drawn: WorkerLayer | null = null;
  let tails: Tails = emptyTails();
  let lastMs = 0;
  let drawnAtMs = 0;
  let handle = 0;

  function orderLines(view: FleetView, nowMs: number): Line[] {
    const lines: Line[] = [];
    for (const incident of scene.incidents.values()) {
      if (incident.lon === null || incident.lat === null) continue;
      for (const dispatch of incident.dispatches) {
        const slot = isRunning(dispatch) ? scene.workers.get(dispatch.workerId)?.slot : undefined;
        const from = slot === undefined ? null : placeOf(view, slot, nowMs);
        if (!from) continue;
        lines.push({ from, to: [...toMapDatum(place.mapDatum, [incident.lon, incident.lat])] });
      }
    }
    return lines;
  }

  function selectedSlot(): number {
    if (selection.workerId === null) return -1;
    return scene.workers.get(selection.workerId)?.slot ?? -1;
  }

  function tailsOf(view: FleetView, slot: number, nowMs: number): Path[] {
    const pieces = scene.tail?.(slot) ?? [tailOf(tails, slot, placeOf(view, slot, nowMs))];
    return pieces.filter((piece) => piece.length > 1);
  }

  function update(): void {
    const view = scene.fleet;
    if (!view) {
      overlay.setProps({ layers: [] });
      return;
    }
    const nowMs = performance.timeOrigin + performance.now();
    const slot = selectedSlot();
    overlay.setProps({
      layers: [
        new PathLayer<Path>({
          id: "tail",
          data: slot < 0 ? [] : tailsOf(view, slot, nowMs),
          getPath: (path) => path,
          getColor: TAIL,
          getWidth: 2.5,
          widthUnits: "pixels",
          jointRounded: true,
          capRounded: true,
        }),
        new LineLayer<Line>({
          id: "order-lines",
          data: orderLines(view, nowMs),
          getSourcePosition: (line) => line.from,
          getTargetPosition: (line) => line.to,
          getColor: ORDER_LINE,
          getWidth: 2,
        }),
        makeWorkerLayer(view, {
          selectedSlot: slot,
          hoveredSlot: selection.hoveredSlot,
          onlySilent: selection.workerFilter === "silent",
          onDrawn: (layer) => {
            drawn = layer;
          },
        }),
      ],
    });
  }

  /** Whether anything in the view still moves, or calls for help. */
  function moves(view: FleetView, nowMs: number): boolean {
    if (view.counts.duress > 0) return true;
    const elapsedS = (performance.timeOrigin + nowMs - view.epochMs) / 1000;
    return view.left.some((left) => left > elapsedS);
  }

  function glide(nowMs: number): void {
    handle = requestAnimationFrame(glide);
    if (nowMs - lastMs < FRAME_MS - 2 || !scene.fleet || !moves(scene.fleet, nowMs)) return;
    lastMs = nowMs;
    drawn?.setNeedsRedraw();
  }

  watch(
    () => scene.fleet,
    (view) => {
      if (view && !scene.tail) tails = growTails(tails, view);
      if (isCalm() && performance.now() - drawnAtMs < scene.calmMs) return;
      drawnAtMs = performance.now();
      update();
    },
  );
  watch(
    [
      () => scene.workers,
      () => scene.incidents,
      () => selection.workerId,
      () => selection.hoveredSlot,
      () => selection.workerFilter,
    ],
    update,
    { immediate: true },
  );
  if (!isCalm()) handle = requestAnimationFrame(glide);
  onScopeDispose(() => {
    cancelAnimationFrame(handle);
    map.removeControl(overlay);
  });
}
