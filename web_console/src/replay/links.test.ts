import { describe, expect, it } from "vitest";
import {
  instantOfLocal,
  localOfInstant,
  placeOfQuery,
  queryOfPlace,
  replayOfDay,
  replayOfIncident,
} from "./links";

const SHANGHAI = "Asia/Shanghai";

describe("the address of a replay", () => {
  it("says again what it was made of", () => {
    const place = {
      fromMs: Date.parse("2026-11-20T00:00:00Z"),
      toMs: Date.parse("2026-11-20T09:00:00Z"),
      atMs: Date.parse("2026-11-20T03:20:00Z"),
      area: "320111",
      speed: 120,
      workerId: 17,
      incidentId: "i1",
      follow: true,
    };
    const query = queryOfPlace(place) as Record<string, string>;
    expect(placeOfQuery(query)).toEqual(place);
  });

  it("is none without a period, and mends what is not a speed", () => {
    expect(placeOfQuery({})).toBeNull();
    expect(placeOfQuery({ from: "x", to: "2026-11-20T09:00:00Z" })).toBeNull();
    const period = { from: "2026-11-20T00:00:00Z", to: "2026-11-20T09:00:00Z" };
    expect(placeOfQuery({ ...period, speed: "7", worker: "abc" })).toMatchObject({
      speed: 60,
      workerId: null,
      atMs: null,
    });
    expect(placeOfQuery({ from: period.to, to: period.from })).toBeNull();
  });

  it("of a case is its lifetime with a margin", () => {
    const incident = { id: "i1", reportedAt: "2026-11-20T01:00:00Z", closedAt: null };
    const now = Date.parse("2026-11-20T05:00:00Z");
    expect(replayOfIncident(incident, now)).toMatchObject({
      from: "2026-11-20T00:55:00.000Z",
      to: "2026-11-20T05:00:00.000Z",
      incident: "i1",
    });
    const closed = { ...incident, closedAt: "2026-11-20T02:00:00Z" };
    expect(replayOfIncident(closed, now)["to"]).toBe("2026-11-20T02:05:00.000Z");
    const old = { ...incident, reportedAt: "2026-10-01T00:05:00Z" };
    expect(replayOfIncident(old, now)["to"]).toBe("2026-10-08T00:00:00.000Z");
  });

  it("of a day begins at midnight of the installation", () => {
    expect(replayOfDay(5, "2026-11-20", SHANGHAI)).toEqual({
      from: "2026-11-19T16:00:00.000Z",
      to: "2026-11-20T16:00:00.000Z",
      worker: "5",
    });
  });
});

describe("a local time", () => {
  it("is read and written on the installation's clock", () => {
    const at = Date.parse("2026-11-20T00:30:00Z");
    expect(localOfInstant(at, SHANGHAI)).toBe("2026-11-20T08:30");
    expect(instantOfLocal("2026-11-20T08:30", SHANGHAI)).toBe(at);
    expect(instantOfLocal("", SHANGHAI)).toBeNaN();
    expect(instantOfLocal("2026-11-20", SHANGHAI)).toBeNaN();
  });
});
