/**
 * Owns the conversion between WGS-84, in which everything is stored and sent, and the datum of a
 * configured base map. Degrees in, degrees out. Good to about 1 m inside China.
 *
 * Source: the published approximation of GCJ-02 (eviltransform) and Baidu's BD-09 offset.
 */
export type Datum = "wgs84" | "gcj02" | "bd09";
export type LonLat = readonly [lon: number, lat: number];

const AXIS_M = 6378245.0;
const ECCENTRICITY_2 = 0.006693421622965943;
const BD_PI = (Math.PI * 3000) / 180;

/** Two sines of half a period's difference each, as the published formula adds them up. */
const sines = (a: number, angleA: number, b: number, angleB: number): number =>
  ((a * Math.sin(angleA * Math.PI) + b * Math.sin(angleB * Math.PI)) * 2) / 3;

function gcjOffset([lon, lat]: LonLat): LonLat {
  const x = lon - 105;
  const y = lat - 35;
  const root = Math.sqrt(Math.abs(x));
  const ripple = sines(20, 6 * x, 20, 2 * x);
  const north =
    -100 +
    2 * x +
    3 * y +
    0.2 * y * y +
    0.1 * x * y +
    0.2 * root +
    ripple +
    sines(20, y, 40, y / 3) +
    sines(160, y / 12, 320, y / 30);
  const east =
    300 +
    x +
    2 * y +
    0.1 * x * x +
    0.1 * x * y +
    0.1 * root +
    ripple +
    sines(20, x, 40, x / 3) +
    sines(150, x / 12, 300, x / 30);
  const phi = (lat * Math.PI) / 180;
  const magic = 1 - ECCENTRICITY_2 * Math.sin(phi) ** 2;
  const meridian = (AXIS_M * (1 - ECCENTRICITY_2)) / (magic * Math.sqrt(magic));
  return [
    (east * 180) / ((AXIS_M / Math.sqrt(magic)) * Math.cos(phi) * Math.PI),
    (north * 180) / (meridian * Math.PI),
  ];
}

function toGcj02(place: LonLat): LonLat {
  const [east, north] = gcjOffset(place);
  return [place[0] + east, place[1] + north];
}

function toBd09(place: LonLat): LonLat {
  const [x, y] = toGcj02(place);
  const radius = Math.hypot(x, y) + 0.00002 * Math.sin(y * BD_PI);
  const angle = Math.atan2(y, x) + 0.000003 * Math.cos(x * BD_PI);
  return [radius * Math.cos(angle) + 0.0065, radius * Math.sin(angle) + 0.006];
}

/** From WGS-84 to where the base map draws that place. */
export function toMapDatum(datum: Datum, place: LonLat): LonLat {
  if (datum === "wgs84") return place;
  return datum === "gcj02" ? toGcj02(place) : toBd09(place);
}

/** From a place on the base map to WGS-84, by fixed-point iteration (error below 1 mm). */
export function fromMapDatum(datum: Datum, place: LonLat): LonLat {
  if (datum === "wgs84") return place;
  let guess: LonLat = place;
  for (let round = 0; round < 6; round += 1) {
    const there = toMapDatum(datum, guess);
    guess = [guess[0] + place[0] - there[0], guess[1] + place[1] - there[1]];
  }
  return guess;
}
