/** Owns what a pointer on the map points at: workers by distance on screen, places for a form. */
import type { MapMouseEvent } from "maplibre-gl";
import { onScopeDispose, watch } from "vue";
import { fromMapDatum } from "@/format/datum";
import { nearestSlot } from "@/state/fleet_view";
import { useInstallation } from "@/stores/installation";
import { useSelection } from "@/stores/selection";
import { useMap } from "./context";
import { useScene } from "./scene";

const REACH_PX = 14;

export function usePicking(): void {
  const { map } = useMap();
  const scene = useScene();
  const place = useInstallation();
  const selection = useSelection();

  function slotAt(event: MapMouseEvent): number {
    if (!scene.fleet) return -1;
    const { lng, lat } = event.lngLat;
    const above = map.unproject([event.point.x, event.point.y - REACH_PX]);
    const nowMs = performance.timeOrigin + performance.now();
    return nearestSlot(scene.fleet, [lng, lat], Math.abs(above.lat - lat), nowMs);
  }

  function move(event: MapMouseEvent): void {
    if (selection.placing) return;
    selection.hoveredSlot = slotAt(event);
    map.getCanvas().style.cursor = selection.hoveredSlot >= 0 ? "pointer" : "";
  }

  function click(event: MapMouseEvent): void {
    if (selection.placing) {
      selection.placed = fromMapDatum(place.mapDatum, [event.lngLat.lng, event.lngLat.lat]);
      selection.placing = false;
      return;
    }
    const worker = scene.workerBySlot.get(slotAt(event));
    selection.selectWorker(worker?.workerId ?? null);
  }

  const leave = (): void => {
    selection.hoveredSlot = -1;
  };
  map.on("mousemove", move);
  map.on("mouseout", leave);
  map.on("click", click);
  const stop = watch(
    () => selection.placing,
    (placing) => {
      map.getCanvas().style.cursor = placing ? "crosshair" : "";
    },
  );
  onScopeDispose(() => {
    stop();
    map.off("mousemove", move);
    map.off("mouseout", leave);
    map.off("click", click);
  });
}
