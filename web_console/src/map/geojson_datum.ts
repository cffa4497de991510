/** Owns moving whole GeoJSON collections into the base map's datum; WGS-84 passes untouched. */
import type { Feature, FeatureCollection, Geometry, Position } from "geojson";
import { type Datum, toMapDatum } from "@/format/datum";

type Nested = Position | Nested[];

function moved(datum: Datum, coordinates: Nested): Nested {
  if (typeof coordinates[0] === "number") {
    const [lon = 0, lat = 0] = coordinates as Position;
    return [...toMapDatum(datum, [lon, lat])];
  }
  return (coordinates as Nested[]).map((inner) => moved(datum, inner));
}

function movedFeature(datum: Datum, feature: Feature): Feature {
  if (feature.geometry.type === "GeometryCollection") return feature;
  const coordinates = moved(datum, feature.geometry.coordinates as Nested);
  return { ...feature, geometry: { ...feature.geometry, coordinates } as Geometry };
}

export function inMapDatum(datum: Datum, collection: FeatureCollection): FeatureCollection {
  if (datum === "wgs84") return collection;
  return {
    ...collection,
    features: collection.features.map((feature) => movedFeature(datum, feature)),
  };
}
