/** Owns the MapLibre style below everything else: our own base map, or a configured tile server. */
import type { FeatureCollection } from "geojson";
import type { LayerSpecification, StyleSpecification } from "maplibre-gl";
import { groundLayers } from "./ground_layers";
import { GROUND } from "./palette";

export interface GroundChoice {
  readonly basemap: FeatureCollection;
  readonly tileUrl: string | null;
}

export function groundStyle({ basemap, tileUrl }: GroundChoice): StyleSpecification {
  const background: LayerSpecification = {
    id: "background",
    type: "background",
    paint: { "background-color": GROUND.outside },
  };
  if (tileUrl) {
    return {
      version: 8,
      sources: { tiles: { type: "raster", tiles: [tileUrl], tileSize: 256, maxzoom: 18 } },
      layers: [
        background,
        {
          id: "tiles",
          type: "raster",
          source: "tiles",
          paint: {
            "raster-saturation": -0.7,
            "raster-brightness-max": 0.42,
            "raster-contrast": 0.1,
          },
        },
      ],
    };
  }
  return {
    version: 8,
    sources: { ground: { type: "geojson", data: basemap, tolerance: 0.2 } },
    layers: [background, ...groundLayers()],
  };
}
