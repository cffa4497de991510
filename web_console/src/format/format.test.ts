import { expect, it } from "vitest";
import { fromMapDatum, toMapDatum } from "./datum";
import { dayBounds, shiftDay } from "./days";
import { decimalsBeside } from "./decimals";
import { spaced } from "./spaced";

it("shifts a known place to GCJ-02 as map providers do", () => {
  const [lon, lat] = toMapDatum("gcj02", [116.404, 39.915]);
  expect(lon).toBeCloseTo(116.41024, 4);
  expect(lat).toBeCloseTo(39.9164, 4);
});

it("goes on to BD-09", () => {
  const [lon, lat] = toMapDatum("bd09", [116.404, 39.915]);
  expect(lon).toBeCloseTo(116.41662, 4);
  expect(lat).toBeCloseTo(39.92269, 4);
});

it("comes back to WGS-84 within a millimetre", () => {
  for (const datum of ["gcj02", "bd09", "wgs84"] as const) {
    const [lon, lat] = fromMapDatum(datum, toMapDatum(datum, [118.55, 32.05]));
    expect(Math.hypot(lon - 118.55, lat - 32.05)).toBeLessThan(1e-8);
  }
});

it("knows the days of a time zone", () => {
  const { from, to } = dayBounds("2026-11-21", "Asia/Shanghai");
  expect(from.toISOString()).toBe("2026-11-20T16:00:00.000Z");
  expect(to.toISOString()).toBe("2026-11-21T16:00:00.000Z");
  expect(shiftDay("2026-03-01", -1)).toBe("2026-02-28");
});

it("puts a space between a figure and its unit, a date and its weekday", () => {
  const texts = ["90米", "1.2公里", "11月22日周日", "90 m", "Sun 22 November"];
  expect(texts.map(spaced)).toEqual([
    "90 米",
    "1.2 公里",
    "11月22日 周日",
    "90 m",
    "Sun 22 November",
  ]);
});

it("tells a share from the mark that it misses by a hair", () => {
  expect(decimalsBeside(1 / 3, [0.2, 0.5])).toBe(0);
  expect(decimalsBeside(1 / 3, [0.3312, 0.4687])).toBe(1);
  expect(decimalsBeside(1 / 3, [0.333, 1 / 3])).toBe(2);
  expect(decimalsBeside(0.5, [0.5, 0.5])).toBe(0);
  expect(decimalsBeside(1 / 3, [0.33333])).toBe(3);
});
