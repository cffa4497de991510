import { expect, it } from "vitest";
import { bearingDeg, distanceM, frameOf, isInside, windOf } from "./geo";

const HERE = { lon: 118, lat: 32 };

it("measures a kilometre and its direction", () => {
  const north = { lon: 118, lat: 32 + 1000 / 111_195 };
  expect(distanceM(HERE, north)).toBeCloseTo(1000, 0);
  expect(bearingDeg(HERE, north)).toBeCloseTo(0, 5);
  expect(bearingDeg(HERE, { lon: 117.99, lat: 32 })).toBeCloseTo(270, 5);
  expect([0, 44, 46, 180, 359].map(windOf)).toEqual(["n", "ne", "ne", "s", "n"]);
});

it("knows what is in a grid, and what is in a hole of it", () => {
  const square = (a: number, b: number) => [
    [a, a],
    [b, a],
    [b, b],
    [a, b],
    [a, a],
  ];
  const rings = [square(0, 10), square(4, 6)];
  const inside = [1, 5, 9, 11].map((at) => isInside(rings, { lon: at, lat: at }));
  expect(inside).toEqual([true, false, true, false]);
});

it("draws places onto a sheet and reads them back", () => {
  const places = [HERE, { lon: 118.01, lat: 32.005 }];
  const frame = frameOf(places, 320, 18);
  for (const { lon, lat } of places) {
    const [x, y] = [frame.toX(lon), frame.toY(lat)];
    expect(Math.min(x, y, 320 - x, 320 - y)).toBeGreaterThanOrEqual(17.999);
    const back = frame.toPlace(x, y);
    expect(Math.hypot(back.lon - lon, back.lat - lat)).toBeLessThan(1e-9);
  }
  expect(frame.toX(118.01) - frame.toX(118)).toBeCloseTo(284, 0);
});
