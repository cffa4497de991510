import { describe, expect, it } from "vitest";
import { COURSE_UNKNOWN, FrameState, Presence } from "@/wire/constants";
import type { PositionFrame } from "@/wire/frame";
import { applyFrame, emptyFleet, presenceAt, viewFleet } from "./fleet";
import { nearestSlot, placeOf } from "./fleet_view";

const ORIGIN = [118.5, 32] as const;
const T0 = 1_795_287_600;

interface Row {
  slot: number;
  lon?: number;
  lat?: number;
  at?: number;
  state?: number;
  course?: number;
}

function frame(rows: Row[], serverTime = T0): PositionFrame {
  const column = (pick: (row: Row) => number): number[] => rows.map(pick);
  return {
    count: rows.length,
    serverTime,
    slot: Uint32Array.from(column((row) => row.slot)),
    lonE7: Int32Array.from(column((row) => Math.round((row.lon ?? 118.5) * 1e7))),
    latE7: Int32Array.from(column((row) => Math.round((row.lat ?? 32) * 1e7))),
    fixedAt: Uint32Array.from(column((row) => row.at ?? T0)),
    state: Uint8Array.from(column((row) => row.state ?? Presence.ONLINE)),
    course2deg: Uint8Array.from(column((row) => row.course ?? COURSE_UNKNOWN)),
  };
}

describe("fleet", () => {
  it("puts a worker where the first fix is, without gliding there", () => {
    const fleet = emptyFleet(ORIGIN, "wgs84");
    applyFrame(fleet, frame([{ slot: 2, lon: 118.501, lat: 32.002 }]), 100);
    const view = viewFleet(fleet, 100, 0, T0);
    expect(view.capacity).toBe(3);
    expect(placeOf(view, 0, 0)).toBeNull();
    const place = placeOf(view, 2, 0);
    expect(place?.[0]).toBeCloseTo(118.501, 6);
    expect(place?.[1]).toBeCloseTo(32.002, 6);
  });

  it("glides to the next fix in the time that lay between the two", () => {
    const fleet = emptyFleet(ORIGIN, "wgs84");
    applyFrame(fleet, frame([{ slot: 0, lon: 118.5 }]), 100);
    applyFrame(fleet, frame([{ slot: 0, lon: 118.501, at: T0 + 10 }]), 110);
    const view = viewFleet(fleet, 110, 1000, T0 + 10);
    const lonAt = (ms: number): number => placeOf(view, 0, ms)?.[0] ?? 0;
    expect(lonAt(1000)).toBeCloseTo(118.5, 6);
    expect(lonAt(6000)).toBeCloseTo(118.5005, 6);
    expect(lonAt(11000)).toBeCloseTo(118.501, 6);
    expect(lonAt(99000)).toBeCloseTo(118.501, 6);
  });

  it("starts a new glide from where the worker is drawn, not from the fix before", () => {
    const fleet = emptyFleet(ORIGIN, "wgs84");
    applyFrame(fleet, frame([{ slot: 0, lon: 118.5 }]), 100);
    applyFrame(fleet, frame([{ slot: 0, lon: 118.501, at: T0 + 10 }]), 110);
    applyFrame(fleet, frame([{ slot: 0, lon: 118.502, at: T0 + 15 }]), 115);
    const view = viewFleet(fleet, 115, 0, T0 + 15);
    expect(placeOf(view, 0, 0)?.[0]).toBeCloseTo(118.5005, 6);
  });

  it("does not walk a gap: a far fix is jumped to", () => {
    const fleet = emptyFleet(ORIGIN, "wgs84");
    applyFrame(fleet, frame([{ slot: 0 }]), 100);
    applyFrame(fleet, frame([{ slot: 0, lon: 118.52, at: T0 + 600 }]), 700);
    expect(placeOf(viewFleet(fleet, 700, 0, T0), 0, 0)?.[0]).toBeCloseTo(118.52, 6);
  });

  it("lets presence fall by the clock when nothing comes any more", () => {
    const fleet = emptyFleet(ORIGIN, "wgs84");
    applyFrame(fleet, frame([{ slot: 0 }, { slot: 1, state: 0 }]), 0);
    const countsAt = (ageS: number) => viewFleet(fleet, 0, 0, T0 + ageS).counts;
    expect(countsAt(90)).toMatchObject({ onDuty: 1, online: 1 });
    expect(countsAt(91)).toMatchObject({ onDuty: 1, stale: 1 });
    expect(countsAt(301)).toMatchObject({ onDuty: 1, silent: 1 });
  });

  it("means by presence what the server means", () => {
    expect(presenceAt(Presence.OFF_DUTY, T0, T0)).toBe(Presence.OFF_DUTY);
    expect(presenceAt(Presence.SILENT, 0, T0)).toBe(Presence.SILENT);
    expect(presenceAt(Presence.SILENT | FrameState.ON_ORDER, T0 - 5, T0)).toBe(Presence.ONLINE);
  });

  it("draws nobody off duty", () => {
    const fleet = emptyFleet(ORIGIN, "wgs84");
    applyFrame(fleet, frame([{ slot: 0 }]), 0);
    applyFrame(fleet, frame([{ slot: 0, lon: 0, lat: 0, at: 0, state: 0 }]), 1);
    expect(placeOf(viewFleet(fleet, 1, 0, T0), 0, 0)).toBeNull();
  });

  it("finds the nearest worker within reach", () => {
    const fleet = emptyFleet(ORIGIN, "wgs84");
    applyFrame(
      fleet,
      frame([
        { slot: 0, lon: 118.5 },
        { slot: 1, lon: 118.503 },
      ]),
      0,
    );
    const view = viewFleet(fleet, 0, 0, T0);
    expect(nearestSlot(view, [118.5028, 32], 0.001, 0)).toBe(1);
    expect(nearestSlot(view, [118.51, 32], 0.001, 0)).toBe(-1);
  });
});
