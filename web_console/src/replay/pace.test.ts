/** How often a replay makes a picture: evenly with a graphics card, by its cost without one. */
import { describe, expect, it } from "vitest";
import { aheadMs, isDue, newPace, type Pace, paced, viewMs } from "./pace";

const following = (pace: Pace, gapsMs: readonly number[]): Pace => gapsMs.reduce(paced, pace);
const many = (gapMs: number): number[] => Array.from({ length: 60 }, () => gapMs);

describe("the pace of a replay", () => {
  it("is even with a graphics card, however slow the page", () => {
    expect(viewMs(newPace(false))).toBe(50);
    expect(viewMs(following(newPace(false), many(200)))).toBe(50);
  });

  it("is quick without one while pictures are cheap, and slower as they are dear", () => {
    expect(viewMs(following(newPace(true), many(17)))).toBe(40);
    expect(viewMs(following(newPace(true), many(30)))).toBeCloseTo(60, 0);
    expect(viewMs(following(newPace(true), many(300)))).toBe(80);
  });

  it("forgets soon that a window was hidden", () => {
    const shown = following(newPace(true), [3_600_000, ...many(17)]);
    expect(viewMs(shown)).toBe(40);
  });

  it("lets a view be good until the next but one", () => {
    const slow = following(newPace(false), many(200));
    expect(aheadMs(slow)).toBeCloseTo(400, 0);
    expect(aheadMs(newPace(false))).toBe(100);
  });

  it("takes a timer that is a little early for in time", () => {
    expect(isDue(newPace(true), 39)).toBe(true);
    expect(isDue(newPace(true), 30)).toBe(false);
  });
});
