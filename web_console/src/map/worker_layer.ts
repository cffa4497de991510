/**
 * Owns the deck.gl layer that draws all workers in one call, straight from the frame worker's
 * typed arrays. Reads a `FleetView`; knows neither socket nor store.
 */
import { COORDINATE_SYSTEM, Layer, type LayerProps, project32 } from "@deck.gl/core";
import { Geometry, Model } from "@luma.gl/engine";
import type { FleetView } from "@/state/fleet_view";
import { fleetUniforms, fragmentShader, vertexShader } from "./worker_shader";

export interface WorkerLayerProps extends LayerProps {
  view: FleetView;
  selectedSlot: number;
  hoveredSlot: number;
  onlySilent: boolean;
  /** Told which instance is drawn, so that a clock outside can ask it for another frame. */
  onDrawn: (layer: WorkerLayer) => void;
}

const QUAD = new Float32Array([-1, -1, 0, 1, -1, 0, -1, 1, 0, 1, 1, 0]);

export class WorkerLayer extends Layer<WorkerLayerProps> {
  static override layerName = "WorkerLayer";
  static override componentName = "WorkerLayer";
  static override defaultProps = {};
  declare state: { model?: Model };

  override getShaders() {
    return super.getShaders({
      vs: vertexShader,
      fs: fragmentShader,
      modules: [project32, fleetUniforms],
    });
  }

  override initializeState(): void {
    this.getAttributeManager()?.addInstanced({
      instancePath: { size: 4, accessor: "getPath" },
      instanceLeft: { size: 1, accessor: "getLeft" },
      instanceLook: { size: 2, accessor: "getLook" },
    });
    this.state = { model: this.makeModel() };
  }

  override draw(): void {
    const { view, selectedSlot, hoveredSlot, onlySilent, onDrawn } = this.props;
    const model = this.state.model;
    if (!model) return;
    const nowMs = performance.timeOrigin + performance.now();
    const { zoom } = this.context.viewport;
    model.shaderInputs.setProps({
      fleet: {
        elapsed: (nowMs - view.epochMs) / 1000,
        pulse: (nowMs % 1400) / 1400,
        scale: Math.min(1.35, Math.max(0.62, 0.62 + (zoom - 12) * 0.15)),
        onlySilent: onlySilent ? 1 : 0,
        selected: selectedSlot,
        hovered: hoveredSlot,
      },
    });
    model.draw(this.context.renderPass);
    onDrawn(this);
  }

  private makeModel(): Model {
    const geometry = new Geometry({
      topology: "triangle-strip",
      attributes: { positions: { size: 3, value: QUAD } },
    });
    return new Model(this.context.device, {
      ...this.getShaders(),
      id: this.props.id,
      bufferLayout: this.getAttributeManager()?.getBufferLayouts() ?? [],
      geometry,
      isInstanced: true,
    });
  }
}

/** The layer for one view; deck.gl compares it with the one before and uploads what changed. */
export function makeWorkerLayer(
  view: FleetView,
  look: Pick<WorkerLayerProps, "selectedSlot" | "hoveredSlot" | "onlySilent" | "onDrawn">,
): WorkerLayer {
  return new WorkerLayer({
    id: "workers",
    data: {
      length: view.capacity,
      attributes: {
        getPath: { value: view.path, size: 4 },
        getLeft: { value: view.left, size: 1 },
        getLook: { value: view.look, size: 2 },
      },
    },
    view,
    coordinateSystem: COORDINATE_SYSTEM.LNGLAT_OFFSETS,
    coordinateOrigin: [view.origin[0], view.origin[1], 0],
    ...look,
  });
}
