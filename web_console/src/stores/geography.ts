/** Owns the base map and the grids, fetched once and moved into the map's datum. */
import { defineStore } from "pinia";
import { shallowRef } from "vue";
import { inMapDatum } from "@/map/geojson_datum";
import type { GroundChoice } from "@/map/ground_style";
import { type GridIndex, indexGrids } from "@/state/grids";
import * as endpoints from "@/wire/endpoints";
import { useInstallation } from "./installation";

const NOTHING = { type: "FeatureCollection" as const, features: [] };

export const useGeography = defineStore("geography", () => {
  const place = useInstallation();
  const ground = shallowRef<GroundChoice | null>(null);
  const grids = shallowRef<GridIndex | null>(null);

  async function load(): Promise<void> {
    if (ground.value) return;
    const tileUrl = place.installation?.tileUrl ?? null;
    const [basemap, shapes] = await Promise.all([
      tileUrl ? NOTHING : endpoints.fetchBasemap(),
      endpoints.fetchGrids(),
    ]);
    grids.value = indexGrids(inMapDatum(place.mapDatum, shapes));
    ground.value = { basemap, tileUrl };
  }

  return { ground, grids, load };
});
