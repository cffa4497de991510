import { describe, expect, it } from "vitest";
import { makeDispatch } from "@/state/builders";
import { FrameState } from "@/wire/constants";
import type { ReplayIncident } from "@/wire/messages";
import { changesOf, countThen, epochOf, flagsThen, incidentsThen } from "./incidents_then";

const at = (clock: string): string => `2026-11-20T${clock}:00Z`;
const ms = (clock: string): number => Date.parse(at(clock));

const told: ReplayIncident = {
  id: "i1",
  code: "20261120-0001",
  classCode: "c",
  severity: 2,
  title: "占道经营",
  place: "星甸大街",
  lon: 118.5,
  lat: 32,
  gridCode: null,
  source: "duress",
  reporterWorkerId: 8,
  reportedAt: at("01:00"),
  dueAt: at("02:30"),
  closedAt: at("04:00"),
  steps: [
    { at: at("01:00"), status: "reported" },
    { at: at("01:10"), status: "dispatched" },
    { at: at("03:00"), status: "handled" },
    { at: at("04:00"), status: "closed" },
  ],
  dispatches: [
    makeDispatch({
      workerId: 7,
      status: "cleared",
      orderedAt: at("01:10"),
      acknowledgedAt: at("01:12"),
      enRouteAt: at("01:15"),
      onSceneAt: at("01:40"),
      clearedAt: at("03:00"),
      endedAt: at("03:00"),
    }),
  ],
};
const then = (clock: string) => incidentsThen([told], ms(clock)).get("i1");

describe("an incident of the past", () => {
  it("is not there before it was reported", () => {
    expect(then("00:59")).toBeUndefined();
    expect(then("01:00")).toMatchObject({ status: "reported", dispatches: [], closedAt: null });
  });

  it("goes through its steps and those of its order", () => {
    const seen = ["01:10", "01:13", "01:39", "01:40", "02:59", "03:00", "04:00"].map((clock) => [
      then(clock)?.status,
      then(clock)?.dispatches[0]?.status,
      then(clock)?.dispatches[0]?.endedAt !== null,
    ]);
    expect(seen).toEqual([
      ["dispatched", "ordered", false],
      ["dispatched", "acknowledged", false],
      ["dispatched", "en_route", false],
      ["dispatched", "on_scene", false],
      ["dispatched", "on_scene", false],
      ["handled", "cleared", true],
      ["closed", "cleared", true],
    ]);
  });

  it("is late only while it was", () => {
    const late = ["02:00", "02:31", "03:01"].map(
      (clock) => countThen(incidentsThen([told], ms(clock)).values(), ms(clock)).overdue,
    );
    expect(late).toEqual([0, 1, 0]);
  });

  it("marks who was on the order and who called", () => {
    const slots = new Map([
      [7, 0],
      [8, 1],
    ]);
    const flags = (clock: string) => [
      ...flagsThen(incidentsThen([told], ms(clock)).values(), slots, 2),
    ];
    expect(flags("01:05")).toEqual([0, FrameState.DURESS]);
    expect(flags("02:00")).toEqual([FrameState.ON_ORDER, FrameState.DURESS]);
    expect(flags("04:00")).toEqual([0, 0]);
  });
});

describe("the epoch", () => {
  it("changes exactly when something does", () => {
    const changes = changesOf([told]);
    expect(epochOf(changes, ms("00:59"))).toBe(0);
    expect(epochOf(changes, ms("01:20"))).toBe(epochOf(changes, ms("01:39")));
    expect(epochOf(changes, ms("01:40"))).toBeGreaterThan(epochOf(changes, ms("01:39")));
    expect(epochOf(changes, ms("05:00"))).toBe(changes.length);
  });
});
