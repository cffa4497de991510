/** Owns how the layers of a map find it: provided by `MapCanvas`, once it can take layers. */
import type { Map as GroundMap } from "maplibre-gl";
import { type InjectionKey, inject } from "vue";
import type { GridIndex } from "@/state/grids";

export interface MapContext {
  readonly map: GroundMap;
  readonly grids: GridIndex;
  /** How much larger than usual everything is drawn; 1 but on a wall. */
  readonly magnify: number;
  fitAll(): void;
}

export const MAP_CONTEXT: InjectionKey<MapContext> = Symbol("map");

export function useMap(): MapContext {
  const context = inject(MAP_CONTEXT);
  if (!context) throw new Error("a map layer stands outside of a MapCanvas");
  return context;
}
