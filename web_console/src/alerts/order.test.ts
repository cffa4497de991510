import { describe, expect, it } from "vitest";
import { withAlert } from "@/state/live";
import type { Alert } from "@/wire/messages";
import { inOrder } from "./order";

const alert = (id: string, values: Partial<Alert> = {}): Alert => ({
  id,
  version: 1,
  kind: "silent",
  workerId: 1,
  workerName: "w",
  areaId: 1,
  areaCode: "a",
  areaName: "a",
  cause: "unknown",
  silentSince: "2026-11-21T08:40:00Z",
  silentCount: 1,
  raisedAt: "2026-11-21T08:55:00Z",
  acknowledgedAt: null,
  acknowledgedBy: null,
  endedAt: null,
  ending: null,
  ...values,
});

describe("the order of alerts", () => {
  it("is whole subdistricts, then what nobody took notice of, newest first", () => {
    const known = alert("known", {
      acknowledgedAt: "2026-11-21T09:00:00Z",
      raisedAt: "2026-11-21T08:59:00Z",
    });
    const older = alert("older", { raisedAt: "2026-11-21T08:50:00Z" });
    const area = alert("area", { kind: "area_silent", raisedAt: "2026-11-21T08:00:00Z" });
    const found = inOrder([known, older, alert("newer"), area]).map((each) => each.id);
    expect(found).toEqual(["area", "newer", "older", "known"]);
  });
});

describe("alerts by version", () => {
  const known = withAlert(new Map(), alert("one", { version: 2 }));

  it("leave when they end", () => {
    const ended = alert("one", { version: 3, endedAt: "2026-11-21T09:00:00Z", ending: "heard" });
    expect([...withAlert(known, ended).keys()]).toEqual([]);
  });

  it("are not turned back by an older value", () => {
    expect(withAlert(known, alert("one", { version: 1 }))).toBe(known);
  });
});
