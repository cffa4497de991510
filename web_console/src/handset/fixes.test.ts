import { expect, it } from "vitest";
import { type Fix, isWorthKeeping, toFix } from "./fixes";

const NOW = 1_795_300_000;
const coords = {
  longitude: 118.123456789,
  latitude: 32.1,
  accuracy: 7.36,
  speed: null,
  heading: null,
};
const seen = (more: Partial<typeof coords> = {}, ageS = 0) => ({
  timestamp: (NOW - ageS) * 1000,
  coords: { ...coords, ...more },
});
const fix = (at: number, lat = 32): Fix => ({ at, lon: 118, lat, src: "gnss" });
const TEN_M = 10.1 / 111_195;

it("leaves out what the phone does not know, and never sends it as 0", () => {
  expect(toFix(seen(), NOW, null)).toEqual({
    at: NOW,
    lon: 118.1234568,
    lat: 32.1,
    acc: 7.4,
    src: "gnss",
  });
  const moving = { ...seen(), coords: { ...coords, speed: 1.234, heading: 359.7 } };
  expect(toFix(moving, NOW, 0.805)).toMatchObject({ spd: 1.23, cog: 0, bat: 81 });
  const still = { ...seen(), coords: { ...coords, speed: 0, heading: Number.NaN } };
  expect(toFix(still, NOW, null)).not.toHaveProperty("cog");
});

it("takes no remembered place for one of now, and no time of the future", () => {
  expect(toFix(seen({}, 61), NOW, null)).toBeNull();
  expect(toFix(seen({}, -30), NOW, null)?.at).toBe(NOW);
  expect(toFix(seen({ accuracy: 800 }), NOW, null)?.src).toBe("network");
});

it("keeps nothing off duty, and nothing from before duty", () => {
  expect(isWorthKeeping(null, null, fix(NOW))).toBe(false);
  expect(isWorthKeeping(null, fix(NOW - 999), fix(NOW))).toBe(false);
  expect(isWorthKeeping(NOW, null, fix(NOW - 1))).toBe(false);
});

it("keeps a fix every ten seconds and ten metres, and one in thirty seconds anyway", () => {
  const last = fix(NOW);
  expect(isWorthKeeping(NOW - 60, null, last)).toBe(true);
  expect(isWorthKeeping(NOW - 60, last, fix(NOW + 9, 32.1))).toBe(false);
  expect(isWorthKeeping(NOW - 60, last, fix(NOW + 10, 32 + TEN_M))).toBe(true);
  expect(isWorthKeeping(NOW - 60, last, fix(NOW + 29))).toBe(false);
  expect(isWorthKeeping(NOW - 60, last, fix(NOW + 30))).toBe(true);
  expect(isWorthKeeping(NOW - 60, last, fix(NOW))).toBe(false);
});
