import { describe, expect, it } from "vitest";
import { COURSE_UNKNOWN, FrameState, Presence } from "@/wire/constants";
import type { ChunkColumns } from "./chunk";
import { type Cast, DOUBTFUL, type Moment, presenceThen, Strip, trailOf, viewFilm } from "./film";

type Fix = readonly [atS: number, x: number, y: number, marks?: number];

/** Fixes by slot as one chunk. */
function chunk(...slots: readonly (readonly Fix[])[]): ChunkColumns {
  const all = slots.flat();
  const first = [0];
  for (const fixes of slots) first.push((first.at(-1) ?? 0) + fixes.length);
  return {
    first: Uint32Array.from(first),
    atDs: Uint32Array.from(all, ([at]) => at * 10),
    x: Float32Array.from(all, ([, x]) => x),
    y: Float32Array.from(all, ([, , y]) => y),
    marks: Uint8Array.from(all, ([, , , marks]) => marks ?? 0),
    recorded: all.length,
  };
}

const ALWAYS: Cast = { slots: 1, origin: [118, 32], duty: [[0, 1e9]], dutyTold: [true] };

function viewAt(parts: (ChunkColumns | undefined)[], atS: number, more: Partial<Moment> = {}) {
  const moment = { atDs: atS * 10, aheadDs: 0, aheadS: 0, epochMs: 0, fromS: 1000, ...more };
  return viewFilm(new Strip(parts), ALWAYS, new Uint8Array(1), moment);
}

const WALK = chunk([
  [600, 0, 0],
  [610, 0.0001, 0],
  [620, 0.0001, 0.0002],
]);

describe("a moment of the film", () => {
  it("lies between two fixes in the share of the time", () => {
    const view = viewAt([undefined, WALK, undefined], 615);
    expect(view.path[0]).toBeCloseTo(0.0001, 6);
    expect(view.path[1]).toBeCloseTo(0.0001, 6);
    expect(view.left[0]).toBe(0);
    expect(view.fixedAt[0]).toBe(1610);
    expect(view.serverTime).toBe(1615);
  });

  it("is online, then stale, then silent, and then nowhere", () => {
    const alone = chunk([[600, 0.001, 0.002]]);
    const seen = [690, 691, 900, 901, 1200, 1201].map((at) => {
      const view = viewAt([undefined, alone, undefined], at);
      return [(view.state[0] ?? 0) & 3, view.look[0] !== 0];
    });
    expect(seen).toEqual([
      [Presence.ONLINE, true],
      [Presence.STALE, true],
      [Presence.STALE, true],
      [Presence.SILENT, true],
      [Presence.SILENT, true],
      [Presence.SILENT, false],
    ]);
  });

  it("does not glide across an unknown gap, nor ahead of one", () => {
    const gap = chunk([
      [600, 0, 0],
      [691, 0.001, 0.001],
    ]);
    const view = viewAt([undefined, gap, undefined], 680, { aheadDs: 300, aheadS: 0.5 });
    expect([...view.path]).toEqual([0, 0, 0, 0]);
    expect(view.left[0]).toBe(0);
    expect(viewAt([undefined, gap, undefined], 691).path[0]).toBeCloseTo(0.001, 6);
  });

  it("glides across the longest interval that counts as online", () => {
    const slow = chunk([
      [600, 0, 0],
      [690, 0.001, 0],
    ]);
    expect(viewAt([undefined, slow, undefined], 645).path[0]).toBeCloseTo(0.0005, 6);
  });

  it("does not glide to a doubtful place or over a leap", () => {
    for (const target of [[610, 0.0001, 0, DOUBTFUL] as Fix, [610, 0.0061, 0] as Fix]) {
      const view = viewAt([undefined, chunk([[600, 0, 0], target]), undefined], 609);
      expect(view.path[0]).toBe(0);
    }
  });

  it("goes on over the edges of chunks", () => {
    const [before, after] = [chunk([[595, 0, 0]]), chunk([[1205, 0.0004, 0]])];
    const middle = chunk([
      [605, 0.0002, 0],
      [1195, 0.0002, 0],
    ]);
    const parts = [before, middle, after];
    expect(viewAt(parts, 600).path[0]).toBeCloseTo(0.0001, 6);
    expect(viewAt(parts, 1200).path[0]).toBeCloseTo(0.0003, 6);
  });

  it("glides through all fixes of the time ahead", () => {
    const view = viewAt([undefined, WALK, undefined], 605, { aheadDs: 100, aheadS: 0.1 });
    expect(view.path[2]).toBeCloseTo(0.0001, 6);
    expect(view.path[3]).toBeCloseTo(0.0001, 6);
    expect(view.left[0]).toBeCloseTo(0.1, 6);
  });

  it("shows nobody before the first fix, and counts who is on duty as silent", () => {
    const view = viewAt([undefined, WALK, undefined], 599);
    expect(view.look[0]).toBe(0);
    expect(view.counts).toMatchObject({ onDuty: 1, silent: 1 });
  });

  it("shows nobody who is off duty, however fresh the fix", () => {
    const cast: Cast = { ...ALWAYS, duty: [[6000, 6100]] };
    const moment = { atDs: 6101, aheadDs: 0, aheadS: 0, epochMs: 0, fromS: 0 };
    const strip = new Strip([undefined, WALK, undefined]);
    const view = viewFilm(strip, cast, new Uint8Array(1), moment);
    expect([view.look[0], view.counts.onDuty]).toEqual([0, 0]);
  });

  it("believes a fix where duty was only planned", () => {
    const cast: Cast = { ...ALWAYS, duty: [[]], dutyTold: [false] };
    const moment = { atDs: 6250, aheadDs: 0, aheadS: 0, epochMs: 0, fromS: 0 };
    const strip = new Strip([undefined, WALK, undefined]);
    expect(viewFilm(strip, cast, new Uint8Array(1), moment).counts.online).toBe(1);
    const later = { ...moment, atDs: 9300 };
    expect(viewFilm(strip, cast, new Uint8Array(1), later).counts.onDuty).toBe(0);
  });

  it("carries the marks of the last fix and the orders of that time", () => {
    const outside = chunk([[600, 0, 0, FrameState.OUTSIDE_OWN_GRID | DOUBTFUL]]);
    const moment = { atDs: 6010, aheadDs: 0, aheadS: 0, epochMs: 0, fromS: 0 };
    const strip = new Strip([undefined, outside, undefined]);
    const view = viewFilm(strip, ALWAYS, Uint8Array.of(FrameState.ON_ORDER), moment);
    expect(view.state[0]).toBe(Presence.ONLINE | FrameState.OUTSIDE_OWN_GRID | FrameState.ON_ORDER);
  });

  it("heads where the next fix lies", () => {
    const seen = (at: number) => viewAt([undefined, WALK, undefined], at).look[1];
    expect(seen(605)).toBe(45);
    expect(seen(615)).toBe(0);
    expect(seen(625)).toBe(COURSE_UNKNOWN);
  });
});

describe("presence", () => {
  it("is decided by the age of the fix then", () => {
    expect([0, 90, 90.1, 300, 300.1].map((age) => presenceThen(true, age))).toEqual([
      1, 1, 2, 2, 3,
    ]);
    expect(presenceThen(false, 0)).toBe(Presence.OFF_DUTY);
  });
});

describe("a trail", () => {
  it("breaks where nothing is known, and ends where the worker is drawn", () => {
    const broken = chunk([
      [0, 0, 0],
      [10, 0.0001, 0],
      [200, 0.001, 0],
      [210, 0.0011, 0],
      [220, 0.0012, 0],
    ]);
    const strip = new Strip([undefined, broken, undefined]);
    const pieces = trailOf(strip, 0, [0, 2150], [118, 32]);
    expect(pieces.map((piece) => piece.length)).toEqual([2, 3]);
    expect(pieces[1]?.at(-1)?.[0]).toBeCloseTo(118.00115, 6);
  });

  it("is nothing where nothing is recorded", () => {
    expect(trailOf(new Strip([undefined, undefined, undefined]), 0, [0, 10], [0, 0])).toEqual([]);
  });
});
