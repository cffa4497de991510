/** Owns the grids on the map: fine borders, heavier ones between communities, hover, selection. */
import type {
  ExpressionSpecification,
  GeoJSONSource,
  LayerSpecification,
  MapMouseEvent,
} from "maplibre-gl";
import { onScopeDispose, type Ref, watch } from "vue";
import { communityBorders, gridAt } from "@/state/grids";
import { useMap } from "./context";
import { communityNames, FIRST_NAME_LAYER, FONTS } from "./ground_layers";
import { GRID, GROUND } from "./palette";

export interface GridLayerOptions {
  readonly hovered: Ref<string | null>;
  readonly selected: Ref<string | null>;
  /** Grids to mark as holes in the coverage. */
  readonly holes?: Ref<readonly string[]>;
  readonly interactive: boolean;
}

const among = (codes: readonly string[]): ExpressionSpecification =>
  ["in", ["get", "code"], ["literal", [...codes]]] as unknown as ExpressionSpecification;

export function useGridLayer(options: GridLayerOptions): void {
  const { map, grids } = useMap();
  map.addSource("grids", { type: "geojson", data: grids.geojson });
  map.addSource("communities", { type: "geojson", data: communityBorders(grids) });
  map.addSource("grid-centres", { type: "geojson", data: centres() });

  /** Borders lie under the names of streets; a configured tile server has its own names. */
  const below = map.getLayer(FIRST_NAME_LAYER) ? FIRST_NAME_LAYER : undefined;
  const addBelow = (layer: LayerSpecification): void => void map.addLayer(layer, below);

  addBelow({
    id: "grid-fill",
    type: "fill",
    source: "grids",
    paint: { "fill-color": GRID.border, "fill-opacity": 0 },
  });
  addBelow({
    id: "grid-hole",
    type: "fill",
    source: "grids",
    filter: among([]),
    paint: { "fill-color": GRID.hole, "fill-opacity": 0.16 },
  });
  addBelow({
    id: "grid-border",
    type: "line",
    source: "grids",
    paint: {
      "line-color": GRID.border,
      "line-opacity": below ? 0.55 : 0.95,
      "line-width": ["interpolate", ["linear"], ["zoom"], 12, 0.7, 17, 1.6],
    },
  });
  addBelow({
    id: "community-border",
    type: "line",
    source: "communities",
    layout: { "line-cap": "round", "line-join": "round" },
    paint: {
      "line-color": GRID.community,
      "line-opacity": below ? 0.7 : 0.95,
      "line-width": ["interpolate", ["linear"], ["zoom"], 12, 1.6, 17, 3.4],
    },
  });
  addBelow({
    id: "grid-picked",
    type: "line",
    source: "grids",
    filter: among([]),
    paint: { "line-color": GRID.hover, "line-width": 2.2 },
  });
  map.addLayer({
    id: "grid-name",
    type: "symbol",
    source: "grid-centres",
    minzoom: 14.2,
    layout: {
      "text-field": ["get", "name"],
      "text-font": FONTS,
      "text-size": ["interpolate", ["linear"], ["zoom"], 14.2, 11, 17, 15],
      "text-max-width": 8,
      "text-padding": 4,
    },
    paint: {
      "text-color": GRID.label,
      "text-halo-color": GROUND.halo,
      "text-halo-width": 1.5,
    },
  });

  if (map.getSource("ground")) map.addLayer(communityNames);

  function centres(): Parameters<GeoJSONSource["setData"]>[0] {
    const features = grids.shapes.map((shape) => ({
      type: "Feature" as const,
      properties: { name: shape.name },
      geometry: { type: "Point" as const, coordinates: [...shape.centre] },
    }));
    return { type: "FeatureCollection", features };
  }

  watch(
    [options.hovered, options.selected],
    ([hovered, selected]) => {
      const codes = [hovered, selected].filter((code) => code !== null);
      map.setFilter("grid-picked", among(codes));
    },
    { immediate: true },
  );
  if (options.holes) {
    watch(options.holes, (codes) => map.setFilter("grid-hole", among(codes)), { immediate: true });
  }
  if (!options.interactive) return;

  const hover = (event: MapMouseEvent): void => {
    options.hovered.value = gridAt(grids, event.lngLat.lng, event.lngLat.lat)?.code ?? null;
  };
  const leave = (): void => {
    options.hovered.value = null;
  };
  map.on("mousemove", hover);
  map.on("mouseout", leave);
  onScopeDispose(() => {
    map.off("mousemove", hover);
    map.off("mouseout", leave);
  });
}
