import { expect, it } from "vitest";
import type { AttendanceRow, Stay } from "@/wire/messages";
import {
  boardRows,
  countOutcomes,
  doubts,
  onStrip,
  rulesThat,
  stayAt,
  stripSpan,
  worstOutcome,
} from "./attendance";

type Outcome = AttendanceRow["inGrid"]["outcome"];
const row = (code: string, share: Outcome, patrols: Outcome = "met"): AttendanceRow => ({
  workerId: Number(code),
  workerCode: code,
  workerName: `名${code}`,
  date: "2026-11-21",
  gridCodes: ["g1"],
  workS: 3600,
  insideS: 1800,
  unknownS: 0,
  inGrid: { lower: 0.5, upper: 0.5, required: 1 / 3, outcome: share },
  patrols: { count: 1, possible: 1, required: 1, outcome: patrols },
  twiceDaily: { outcome: null, windows: [] },
  final: true,
  signs: code === "2" ? ["still"] : [],
  otherRules: [],
  provisional: false,
});
const stay = (from: string, to: string): Stay => ({
  stayId: from,
  judgement: "inside",
  fromAt: `2026-11-21T${from}:00Z`,
  toAt: `2026-11-21T${to}:00Z`,
  gridCode: null,
  cause: null,
});

it("judges a day by its worst verdict", () => {
  expect(worstOutcome(row("1", "met", "not_met"))).toBe("not_met");
  expect(worstOutcome(row("1", "undecided", "met"))).toBe("undecided");
  expect(worstOutcome(row("1", null, null))).toBe("none");
});

it("says no more of a day that runs than how it stands so far", () => {
  const running = { ...row("1", "met"), provisional: true };
  expect(worstOutcome(running)).toBe("so_far");
  expect(worstOutcome({ ...row("1", "undecided"), provisional: true })).toBe("running");
  expect(worstOutcome({ ...row("1", "not_met"), provisional: true })).toBe("not_met");
  const counts = countOutcomes([running, row("2", "met")]);
  expect([counts.so_far, counts.met]).toEqual([1, 1]);
});

it("says which rules were not met, the further ones too, each once", () => {
  const night = {
    rule: "night_watch",
    count: 0,
    possible: 0,
    required: 1,
    fromAt: "2026-11-21T12:00:00Z",
    toAt: "2026-11-21T16:00:00Z",
    outcome: "not_met",
  } as const;
  const found = { ...row("1", "not_met"), otherRules: [night, night] };
  expect(rulesThat(found, "not_met")).toEqual(["inGrid", "nightWatch"]);
  expect(worstOutcome({ ...row("1", "met"), otherRules: [night] })).toBe("not_met");
});

it("lists exceptions first, and finds by grid name", () => {
  const rows = [row("1", "met"), row("2", "undecided"), row("3", "not_met"), row("4", null, null)];
  const codes = (only: "all" | "met", text = ""): string[] =>
    boardRows(rows, { only, text }, () => "星甸网格").map((each) => each.workerCode);
  expect(codes("all")).toEqual(["3", "2", "1", "4"]);
  expect(codes("met")).toEqual(["1"]);
  const signed = boardRows(rows, { only: "all", text: "", sign: "still" }, () => "");
  expect(signed.map((each) => each.workerCode)).toEqual(["2"]);
  expect(codes("all", "星甸")).toHaveLength(4);
  expect(countOutcomes(rows)).toMatchObject({ all: 4, met: 1, not_met: 1, undecided: 1, none: 1 });
});

it("lays the day out on whole hours, never less than eight", () => {
  const span = stripSpan([stay("01:20", "02:10")], []);
  expect(new Date(span.fromMs).toISOString()).toBe("2026-11-21T01:00:00.000Z");
  expect(span.toMs - span.fromMs).toBe(8 * 3_600_000);
  expect(onStrip(span, "2026-11-21T05:00:00Z")).toBe(0.5);
  expect(onStrip(span, "2026-11-20T05:00:00Z")).toBe(0);
});

it("finds the stay of an instant", () => {
  const stays = [stay("01:00", "02:00"), stay("02:00", "03:00")];
  expect(stayAt(stays, Date.parse("2026-11-21T02:00:00Z"))).toBe(1);
  expect(stayAt(stays, Date.parse("2026-11-21T03:00:00Z"))).toBe(-1);
});

it("says why time at work cannot be judged, the longest first, and nothing of time off", () => {
  const unknown = (from: string, to: string, cause: string): Stay => ({
    ...stay(from, to),
    judgement: "unknown",
    cause,
  });
  const stays = [
    stay("01:00", "01:10"),
    unknown("01:10", "01:30", "no_signal"),
    unknown("01:30", "02:00", "outage"),
    unknown("02:00", "02:20", "still"),
    unknown("02:40", "03:30", "no_signal"),
  ];
  const found = doubts(stays, [
    ["2026-11-21T01:00:00Z", "2026-11-21T02:20:00Z"],
    ["2026-11-21T03:00:00Z", "2026-11-21T03:30:00Z"],
  ]);
  expect(found.map(({ cause, lengthS, spans }) => [cause, lengthS, spans.length])).toEqual([
    ["no_signal", 3000, 2],
    ["still", 1200, 1],
  ]);
  expect(doubts(stays, [])).toEqual([]);
});

it("leaves out seconds where there is more to say", () => {
  const brief: Stay = {
    ...stay("01:00", "01:00"),
    toAt: "2026-11-21T01:00:20Z",
    judgement: "unknown",
    cause: "no_data",
  };
  const long: Stay = { ...stay("01:30", "02:00"), judgement: "unknown", cause: "still" };
  const day = [["2026-11-21T01:00:00Z", "2026-11-21T03:00:00Z"]];
  expect(doubts([brief, long], day).map((each) => each.cause)).toEqual(["still"]);
  expect(doubts([brief], day).map((each) => each.cause)).toEqual(["no_data"]);
});
