import { describe, expect, it } from "vitest";
import {
  chunkAt,
  newClock,
  pause,
  SPEEDS,
  seek,
  setSpeed,
  shiftSpeed,
  stepBy,
  tick,
  toggle,
  wantedChunks,
} from "./clock";

const HOUR = 3600;
const ready = () => true;
const playing = toggle(newClock(HOUR, 100, 60));

describe("the replay's clock", () => {
  it("goes as fast as it is told", () => {
    expect(tick(playing, 0.1, ready).atS).toBeCloseTo(106);
    expect(tick(setSpeed(playing, 600), 0.1, ready).atS).toBeCloseTo(160);
    expect(tick(pause(playing), 0.1, ready).atS).toBe(100);
  });

  it("does not leap after its window was hidden", () => {
    expect(tick(playing, 3600, ready).atS).toBeCloseTo(160);
  });

  it("stops at the end, and begins anew from there", () => {
    const ended = tick(seek(playing, HOUR - 1), 0.2, ready);
    expect(ended).toMatchObject({ atS: HOUR, playing: false });
    expect(toggle(ended)).toMatchObject({ atS: 0, playing: true });
  });

  it("waits for what has not arrived, and says so", () => {
    const waiting = tick(playing, 0.1, (atS) => atS < 106);
    expect(waiting).toMatchObject({ atS: 100, playing: true, waiting: true });
    expect(tick(waiting, 0.1, ready)).toMatchObject({ waiting: false });
    expect(pause(waiting).waiting).toBe(false);
  });

  it("keeps a seek within the period, and a step pauses", () => {
    expect(seek(playing, -5).atS).toBe(0);
    expect(seek(playing, HOUR + 5).atS).toBe(HOUR);
    expect(stepBy(playing, -10)).toMatchObject({ atS: 90, playing: false });
  });

  it("shifts through its speeds and no further", () => {
    expect(shiftSpeed(playing, 1).speed).toBe(120);
    expect(shiftSpeed(playing, -1).speed).toBe(30);
    expect(shiftSpeed(setSpeed(playing, 600), 1).speed).toBe(600);
    expect(shiftSpeed(setSpeed(playing, 1), -1).speed).toBe(1);
    expect(newClock(HOUR, 0, 77).speed).toBe(60);
    expect(SPEEDS).toContain(60);
  });
});

describe("chunks", () => {
  it("are wanted by urgency: shown, next, before, then what comes", () => {
    expect(wantedChunks(seek(setSpeed(playing, 60), 1500), 600)).toEqual([2, 3, 1, 0, 4, 5]);
    expect(wantedChunks(setSpeed(newClock(HOUR), 1), 600)).toEqual([0, 1, 2]);
  });

  it("are read far ahead when it goes fast", () => {
    expect(wantedChunks(newClock(8 * HOUR, 0, 600), 600)).toHaveLength(22);
  });

  it("are found by time; the end belongs to the last", () => {
    expect([0, 599.9, 600, HOUR].map((at) => chunkAt(at, 600, 6))).toEqual([0, 0, 1, 5]);
  });
});
