/** Owns lengths and directions on the ground, degrees WGS-84 in, metres and degrees out. Pure. */
export interface Place {
  readonly lon: number;
  readonly lat: number;
}
/** Corners as lon, lat degrees. */
export type Ring = readonly (readonly number[])[];

const EARTH_M = 6_371_008.8;
const RAD = Math.PI / 180;
/** North, then clockwise by eighths; keys of the catalogue. */
const WINDS = ["n", "ne", "e", "se", "s", "sw", "w", "nw"] as const;
export type Wind = (typeof WINDS)[number];

function metresTo(from: Place, to: Place): { east: number; north: number } {
  const middle = ((from.lat + to.lat) / 2) * RAD;
  return {
    east: (to.lon - from.lon) * RAD * Math.cos(middle) * EARTH_M,
    north: (to.lat - from.lat) * RAD * EARTH_M,
  };
}

/** Straight distance, good to 0.1 % below 20 km. Source: equirectangular approximation. */
export function distanceM(from: Place, to: Place): number {
  const { east, north } = metresTo(from, to);
  return Math.hypot(east, north);
}

/** Direction from one place to another, 0 = north, clockwise. */
export function bearingDeg(from: Place, to: Place): number {
  const { east, north } = metresTo(from, to);
  return (Math.atan2(east, north) / RAD + 360) % 360;
}

export const windOf = (bearing: number): Wind => WINDS[Math.round(bearing / 45) % 8] ?? "n";

/** Whether a place lies within rings, even-odd, so that holes are outside. */
export function isInside(rings: readonly Ring[], { lon, lat }: Place): boolean {
  let inside = false;
  for (const ring of rings) {
    for (let at = 0, before = ring.length - 1; at < ring.length; before = at++) {
      const [ax = 0, ay = 0] = ring[at] ?? [];
      const [bx = 0, by = 0] = ring[before] ?? [];
      if (ay > lat !== by > lat && lon < ((bx - ax) * (lat - ay)) / (by - ay) + ax) {
        inside = !inside;
      }
    }
  }
  return inside;
}

/** From degrees onto a drawing `size` wide and high, north up, and back. */
export interface Frame {
  toX(lon: number): number;
  toY(lat: number): number;
  toPlace(x: number, y: number): Place;
  metresPerUnit: number;
}

/** A frame that holds these places with a margin; one place alone is given 400 m. */
export function frameOf(places: readonly Place[], size: number, margin: number): Frame {
  const lons = places.map((place) => place.lon);
  const lats = places.map((place) => place.lat);
  const [west, east] = [Math.min(...lons), Math.max(...lons)];
  const [south, north] = [Math.min(...lats), Math.max(...lats)];
  const middle = { lon: (west + east) / 2, lat: (south + north) / 2 };
  const squeeze = Math.cos(middle.lat * RAD);
  const spanDeg = Math.max((east - west) * squeeze, north - south, 400 / (EARTH_M * RAD));
  const scale = (size - 2 * margin) / spanDeg;
  return {
    toX: (lon) => size / 2 + (lon - middle.lon) * squeeze * scale,
    toY: (lat) => size / 2 - (lat - middle.lat) * scale,
    toPlace: (x, y) => ({
      lon: middle.lon + (x - size / 2) / (squeeze * scale),
      lat: middle.lat - (y - size / 2) / scale,
    }),
    metresPerUnit: (EARTH_M * RAD) / scale,
  };
}
