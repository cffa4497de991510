/**
 * Owns the geometry of the grids as the console needs it: bounds, community borders, which grid a
 * place lies in. Pure. Degrees lon/lat in the map's datum.
 */
import type { FeatureCollection, MultiPolygon, Polygon, Position } from "geojson";

export interface GridShape {
  readonly code: string;
  readonly name: string;
  readonly parentCode: string;
  readonly households: number | null;
  readonly rings: readonly (readonly Position[])[];
  readonly bounds: readonly [west: number, south: number, east: number, north: number];
  readonly centre: readonly [number, number];
}

export interface GridIndex {
  readonly geojson: FeatureCollection;
  readonly shapes: readonly GridShape[];
  readonly byCode: ReadonlyMap<string, GridShape>;
  readonly bounds: readonly [number, number, number, number] | null;
}

const text = (value: unknown): string => (typeof value === "string" ? value : "");

function ringsOf(geometry: Polygon | MultiPolygon): Position[][] {
  return geometry.type === "Polygon" ? geometry.coordinates : geometry.coordinates.flat();
}

function boundsOf(rings: readonly (readonly Position[])[]): [number, number, number, number] {
  const bounds: [number, number, number, number] = [180, 90, -180, -90];
  for (const ring of rings) {
    for (const [lon = 0, lat = 0] of ring) {
      bounds[0] = Math.min(bounds[0], lon);
      bounds[1] = Math.min(bounds[1], lat);
      bounds[2] = Math.max(bounds[2], lon);
      bounds[3] = Math.max(bounds[3], lat);
    }
  }
  return bounds;
}

/** Centre of gravity of the first ring. */
function centreOf(ring: readonly Position[]): [number, number] {
  const [x0 = 0, y0 = 0] = ring[0] ?? [];
  let [doubled, x, y] = [0, 0, 0];
  for (let at = 0; at + 1 < ring.length; at += 1) {
    const [ax = 0, ay = 0] = ring[at] ?? [];
    const [bx = 0, by = 0] = ring[at + 1] ?? [];
    const cross = (ax - x0) * (by - y0) - (bx - x0) * (ay - y0);
    doubled += cross;
    x += (ax - x0 + bx - x0) * cross;
    y += (ay - y0 + by - y0) * cross;
  }
  return doubled === 0 ? [x0, y0] : [x0 + x / (3 * doubled), y0 + y / (3 * doubled)];
}

export function indexGrids(geojson: FeatureCollection): GridIndex {
  const shapes: GridShape[] = [];
  for (const feature of geojson.features) {
    const geometry = feature.geometry;
    if (geometry.type !== "Polygon" && geometry.type !== "MultiPolygon") continue;
    const rings = ringsOf(geometry);
    const households: unknown = feature.properties?.["households"];
    shapes.push({
      code: text(feature.properties?.["code"]),
      name: text(feature.properties?.["name"]),
      parentCode: text(feature.properties?.["parentCode"]),
      households: typeof households === "number" ? households : null,
      rings,
      bounds: boundsOf(rings),
      centre: centreOf(rings[0] ?? []),
    });
  }
  return {
    geojson,
    shapes,
    byCode: new Map(shapes.map((shape) => [shape.code, shape])),
    bounds: shapes.length ? boundsOf(shapes.flatMap((shape) => shape.rings)) : null,
  };
}

/** Lines where grids of different communities, or a grid and the outside, meet. */
export function communityBorders(index: GridIndex): FeatureCollection {
  const sides = new Map<string, { parents: Set<string>; line: [Position, Position] }>();
  for (const shape of index.shapes) {
    for (const ring of shape.rings) {
      for (let at = 0; at + 1 < ring.length; at += 1) {
        const [from, to] = [ring[at], ring[at + 1]];
        if (!from || !to) continue;
        const key = [keyOf(from), keyOf(to)].sort().join("|");
        const side = sides.get(key) ?? { parents: new Set<string>(), line: [from, to] };
        if (side.parents.has(shape.parentCode)) side.parents.add("=");
        else side.parents.add(shape.parentCode);
        sides.set(key, side);
      }
    }
  }
  const lines = [...sides.values()]
    .filter((side) => !side.parents.has("="))
    .map((side) => side.line);
  return {
    type: "FeatureCollection",
    features: [
      {
        type: "Feature",
        properties: {},
        geometry: { type: "MultiLineString", coordinates: lines },
      },
    ],
  };
}

const keyOf = ([lon = 0, lat = 0]: Position): string => `${lon.toFixed(7)},${lat.toFixed(7)}`;

export function gridAt(index: GridIndex, lon: number, lat: number): GridShape | null {
  for (const shape of index.shapes) {
    const [west, south, east, north] = shape.bounds;
    if (lon < west || lon > east || lat < south || lat > north) continue;
    if (isInside(shape.rings, lon, lat)) return shape;
  }
  return null;
}

function isInside(rings: readonly (readonly Position[])[], lon: number, lat: number): boolean {
  let inside = false;
  for (const ring of rings) {
    for (let at = 0; at + 1 < ring.length; at += 1) {
      const [ax = 0, ay = 0] = ring[at] ?? [];
      const [bx = 0, by = 0] = ring[at + 1] ?? [];
      if (ay > lat !== by > lat && lon < ((bx - ax) * (lat - ay)) / (by - ay) + ax)
        inside = !inside;
    }
  }
  return inside;
}
