import { describe, expect, it } from "vitest";
import { AT_MS, makeDispatch, makeGroupOrder, makeIncident } from "./builders";
import {
  callsForHelp,
  caseClock,
  countIncidents,
  EVERYTHING_OPEN,
  isOverdue,
  isWaiting,
  queue,
  stepsOf,
} from "./incidents";

const overdue = { dueAt: new Date(AT_MS - 1000).toISOString() };
const sent = { status: "dispatched", dispatches: [makeDispatch()] } as const;

describe("queue", () => {
  it("has what waits before what runs, the gravest first, a call for help before all", () => {
    const list = [
      makeIncident({ id: "running", severity: 1, ...sent, dispatches: [...sent.dispatches] }),
      makeIncident({ id: "normal", severity: 3 }),
      makeIncident({ id: "grave", severity: 1 }),
      makeIncident({ id: "duress", severity: 2, source: "duress" }),
      makeIncident({ id: "handled", severity: 1, status: "handled" }),
      makeIncident({ id: "closed", status: "closed" }),
    ];
    expect(queue(list, EVERYTHING_OPEN, AT_MS).map((incident) => incident.id)).toEqual([
      "duress",
      "grave",
      "normal",
      "running",
      "handled",
    ]);
  });

  it("has the newest first among equals", () => {
    const list = [
      makeIncident({ id: "older", reportedAt: "2026-11-21T00:00:00Z" }),
      makeIncident({ id: "newer", reportedAt: "2026-11-21T00:30:00Z" }),
    ];
    expect(queue(list, EVERYTHING_OPEN, AT_MS).map((each) => each.id)).toEqual(["newer", "older"]);
  });

  it("shows by filter and by words", () => {
    const list = [makeIncident({ id: "a", ...overdue }), makeIncident({ id: "b", place: "镜湖" })];
    const ids = (filter: object): string[] =>
      queue(list, { ...EVERYTHING_OPEN, ...filter }, AT_MS).map((each) => each.id);
    expect(ids({ show: "overdue" })).toEqual(["a"]);
    expect(ids({ text: "镜湖" })).toEqual(["b"]);
    expect(ids({ show: "finished" })).toEqual([]);
  });
});

it("waits again when the only dispatch was declined", () => {
  const ended = makeDispatch({ status: "declined", endedAt: "2026-11-21T01:01:00Z" });
  expect(isWaiting(makeIncident({ status: "accepted", dispatches: [ended] }))).toBe(true);
});

it("is not overdue once handled", () => {
  expect(isOverdue(makeIncident(overdue), AT_MS)).toBe(true);
  expect(isOverdue(makeIncident({ ...overdue, status: "handled" }), AT_MS)).toBe(false);
});

it("is not overdue while its clock stands still, unless it was before", () => {
  const stopped = { ...overdue, status: "suspended", stoppedAt: "2026-11-21T00:30:00Z" } as const;
  expect(isOverdue(makeIncident(stopped), AT_MS)).toBe(false);
  const late = makeIncident({ ...stopped, overdueAt: "2026-11-21T00:10:00Z" });
  expect(isOverdue(late, AT_MS)).toBe(true);
  expect(caseClock(makeIncident(stopped), AT_MS)).toEqual({ kind: "stopped", seconds: 1800 });
});

it("tells a clock that runs, runs out soon, is over, and no longer counts", () => {
  const kind = (given: Parameters<typeof makeIncident>[0]): string | undefined =>
    caseClock(makeIncident(given), AT_MS)?.kind;
  const due = (s: number): { dueAt: string } => ({
    dueAt: new Date(AT_MS + s * 1000).toISOString(),
  });
  expect([kind(due(7200)), kind(due(60)), kind(due(-1))]).toEqual(["left", "soon", "over"]);
  expect([kind({ ...due(60), status: "handled" }), kind({})]).toEqual([undefined, undefined]);
});

it("does not wait while a group is at work on it, nor while it is suspended", () => {
  const withGroup = makeIncident({ status: "dispatched", groupOrders: [makeGroupOrder()] });
  const ended = makeGroupOrder({ status: "withdrawn", endedAt: "2026-11-21T01:01:00Z" });
  expect(isWaiting(withGroup)).toBe(false);
  expect(isWaiting(makeIncident({ status: "accepted", groupOrders: [ended] }))).toBe(true);
  expect(isWaiting(makeIncident({ status: "suspended" }))).toBe(false);
});

it("has supervised cases on top, after calls for help, until they are closed", () => {
  const supervision = { at: "2026-11-21T01:00:00Z", by: "值班长", reason: "督" };
  const list = [
    makeIncident({ id: "grave", severity: 1 }),
    makeIncident({ id: "supervised", severity: 4, status: "handling", supervision }),
    makeIncident({ id: "duress", source: "duress" }),
    makeIncident({ id: "closed", status: "closed", supervision }),
  ];
  expect(queue(list, EVERYTHING_OPEN, AT_MS).map((each) => each.id)).toEqual([
    "duress",
    "supervised",
    "grave",
  ]);
});

it("shows what waits for a ruling", () => {
  const pendingRequest = {
    id: "r1",
    kind: "extended",
    reason: "等材料",
    askedAt: "2026-11-21T01:00:00Z",
    askedBy: "调度员",
  } as const;
  const list = [makeIncident({ id: "asked", pendingRequest }), makeIncident({ id: "other" })];
  const shown = queue(list, { ...EVERYTHING_OPEN, show: "ruling" }, AT_MS);
  expect(shown.map((each) => each.id)).toEqual(["asked"]);
});

it("counts open, waiting and overdue", () => {
  const list = [
    makeIncident(overdue),
    makeIncident({ status: "handled" }),
    makeIncident({ status: "void" }),
  ];
  expect(countIncidents(list, AT_MS)).toEqual({ open: 2, waiting: 1, overdue: 1, ruling: 0 });
});

it("tells ordered and sent apart", () => {
  const at = (dispatch: Parameters<typeof makeDispatch>[0]): string[] =>
    stepsOf(makeDispatch(dispatch))
      .filter((each) => each.at)
      .map((each) => each.step);
  expect(at({})).toEqual(["ordered"]);
  expect(at({ sentAt: "2026-11-21T01:00:01Z" })).toEqual(["ordered", "sent"]);
});

it("has a call for help until somebody is sent, the longest waiting first", () => {
  const list = [
    makeIncident({ id: "later", source: "duress", reportedAt: "2026-11-21T00:30:00Z" }),
    makeIncident({ id: "first", source: "duress", reportedAt: "2026-11-21T00:10:00Z" }),
    makeIncident({ id: "helped", source: "duress", ...sent, dispatches: [...sent.dispatches] }),
    makeIncident({ id: "over", source: "duress", status: "closed" }),
    makeIncident({ id: "another matter", severity: 1 }),
  ];
  expect(callsForHelp(list).map((call) => call.id)).toEqual(["first", "later"]);
});
