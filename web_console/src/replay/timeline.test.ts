import { describe, expect, it } from "vitest";
import { densityPath, stretchesOf, ticksOf } from "./timeline";

const EAST_8_MS = 8 * 3_600_000;

describe("the timeline", () => {
  it("has ticks at round times of the installation", () => {
    const [from, to] = [Date.parse("2026-11-20T00:10:00Z"), Date.parse("2026-11-20T09:00:00Z")];
    const ticks = ticksOf(from, to, 10, EAST_8_MS);
    expect(ticks[0]).toBe(Date.parse("2026-11-20T01:00:00Z"));
    expect(ticks).toHaveLength(9);
    const days = ticksOf(from, from + 7 * 86_400_000, 8, EAST_8_MS);
    expect(new Date(days[0] ?? 0).toISOString()).toBe("2026-11-20T16:00:00.000Z");
  });

  it("draws the density as steps within its box", () => {
    const density = { binS: 60, fixes: [0, 10, 5], sampled: 1, workers: 1 };
    expect(densityPath(density, 150, 20)).toBe(
      "M0 20L0.00 20.00L400.00 20.00L400.00 0.00L800.00 0.00L800.00 10.00L1000.00 10.00L1000 20Z",
    );
  });

  it("joins chunks that follow each other", () => {
    expect(stretchesOf([0, 1, 2, 5, 7, 8])).toEqual([
      [0, 3],
      [5, 6],
      [7, 9],
    ]);
    expect(stretchesOf([])).toEqual([]);
  });
});
