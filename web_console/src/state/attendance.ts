/** Owns how a day's verdicts are ordered, filtered and laid out along the day. Pure. */
import type { AttendanceRow, Stay } from "@/wire/messages";

export type Sign = AttendanceRow["signs"][number];

/** `running` and `so_far` are of a day that is not over: still to be done, and met up to now. */
export type Outcome = "met" | "not_met" | "undecided" | "running" | "so_far" | "none";
export const OUTCOMES: readonly Outcome[] = [
  "not_met",
  "undecided",
  "running",
  "so_far",
  "met",
  "none",
];

export type RuleName = "inGrid" | "patrols" | "twiceDaily" | "checkpoints" | "nightWatch";
export interface RuleOutcome {
  readonly rule: RuleName;
  readonly outcome: Outcome;
}
const OTHERS: Record<AttendanceRow["otherRules"][number]["rule"], RuleName> = {
  checkpoints: "checkpoints",
  night_watch: "nightWatch",
};

type Verdicts = Pick<AttendanceRow, "inGrid" | "patrols" | "twiceDaily" | "otherRules">;

/** What may be said of an outcome now: until a day is over only "not met" is more than so far. */
export function standing(outcome: Outcome | null | undefined, provisional: boolean): Outcome {
  if (provisional && outcome === "met") return "so_far";
  if (provisional && outcome === "undecided") return "running";
  return outcome ?? "none";
}

/** Every rule that was asked of a day, with its outcome; the night watch may stand twice. */
export function rulesOf(row: Verdicts & { readonly provisional?: boolean }): RuleOutcome[] {
  const runs = row.provisional ?? false;
  const known = (["inGrid", "patrols", "twiceDaily"] as const).map(
    (rule): RuleOutcome => ({ rule, outcome: standing(row[rule].outcome, runs) }),
  );
  const others = row.otherRules.map((each) => ({
    rule: OTHERS[each.rule],
    outcome: standing(each.outcome, runs),
  }));
  return [...known, ...others].filter((each) => each.outcome !== "none");
}

/** The rules that came out so, each once: what a chip names. */
export function rulesThat(row: Parameters<typeof rulesOf>[0], outcome: Outcome): RuleName[] {
  const found = rulesOf(row).filter((each) => each.outcome === outcome);
  return [...new Set(found.map((each) => each.rule))];
}

/** The worst of a worker's verdicts: one failure is a failure, one doubt a doubt. */
export function worstOutcome(row: AttendanceRow): Outcome {
  const all = rulesOf(row).map((each) => each.outcome);
  return OUTCOMES.find((each) => all.includes(each)) ?? "none";
}

export interface BoardFilter {
  readonly only: Outcome | "all";
  readonly text: string;
  readonly sign?: Sign | null;
}

export const SIGNS: readonly Sign[] = ["still", "mock", "speed", "changed", "appealed", "missing"];

/** Rows that match, exceptions first, then by code. `gridName` is what a code is searched by. */
export function boardRows(
  rows: readonly AttendanceRow[],
  filter: BoardFilter,
  gridName: (code: string) => string,
): AttendanceRow[] {
  const wanted = filter.text.trim().toLowerCase();
  const text = (row: AttendanceRow): string =>
    `${row.workerName} ${row.workerCode} ${row.gridCodes.map(gridName).join(" ")}`.toLowerCase();
  return rows
    .filter((row) => filter.only === "all" || worstOutcome(row) === filter.only)
    .filter((row) => !wanted || text(row).includes(wanted))
    .filter((row) => !filter.sign || row.signs.includes(filter.sign))
    .map((row) => ({ row, rank: OUTCOMES.indexOf(worstOutcome(row)) }))
    .sort((a, b) => a.rank - b.rank || a.row.workerCode.localeCompare(b.row.workerCode))
    .map((entry) => entry.row);
}

export function countOutcomes(rows: readonly AttendanceRow[]): Record<Outcome | "all", number> {
  const counts = {
    all: rows.length,
    met: 0,
    not_met: 0,
    undecided: 0,
    running: 0,
    so_far: 0,
    none: 0,
  };
  for (const row of rows) counts[worstOutcome(row)] += 1;
  return counts;
}

export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** The hours a day's strip shows: all stays and work, on whole hours, at least eight of them. */
export function stripSpan(stays: readonly Stay[], work: readonly (readonly string[])[]): Span {
  const hourMs = 3_600_000;
  const instants = [...stays.flatMap((stay) => [stay.fromAt, stay.toAt]), ...work.flat()];
  const times = instants.map((at) => Date.parse(at));
  if (!times.length) return { fromMs: 0, toMs: 8 * hourMs };
  const fromMs = Math.floor(Math.min(...times) / hourMs) * hourMs;
  const toMs = Math.ceil(Math.max(...times) / hourMs) * hourMs;
  return { fromMs, toMs: Math.max(toMs, fromMs + 8 * hourMs) };
}

/** Where an instant lies on a strip, share 0–1. */
export const onStrip = ({ fromMs, toMs }: Span, at: string | number): number =>
  Math.min(
    1,
    Math.max(0, ((typeof at === "number" ? at : Date.parse(at)) - fromMs) / (toMs - fromMs)),
  );

/** The stay an instant falls into, by index; -1: none. */
export function stayAt(stays: readonly Stay[], atMs: number): number {
  return stays.findIndex((stay) => Date.parse(stay.fromAt) <= atMs && atMs < Date.parse(stay.toAt));
}

/** What cannot be judged of the work time, for one reason. */
export interface Doubt {
  readonly cause: string;
  readonly lengthS: number;
  readonly spans: readonly Span[];
}

const WORTH_SAYING_S = 60;

/**
 * Why time at work cannot be judged, the longest first; seconds stand only where there is no more.
 * Outages of the system are no part of the work time.
 */
export function doubts(stays: readonly Stay[], work: readonly (readonly string[])[]): Doubt[] {
  const found = new Map<string, Span[]>();
  for (const stay of stays) {
    if (stay.judgement !== "unknown" || !stay.cause || stay.cause === "outage") continue;
    const spans = work.map(([from = "", to = ""]) => ({
      fromMs: Math.max(Date.parse(stay.fromAt), Date.parse(from)),
      toMs: Math.min(Date.parse(stay.toAt), Date.parse(to)),
    }));
    const held = spans.filter((span) => span.toMs > span.fromMs);
    if (held.length) found.set(stay.cause, [...(found.get(stay.cause) ?? []), ...held]);
  }
  const all = [...found].map(([cause, spans]) => ({
    cause,
    spans,
    lengthS: spans.reduce((sum, span) => sum + (span.toMs - span.fromMs) / 1000, 0),
  }));
  const long = all.filter((each) => each.lengthS >= WORTH_SAYING_S);
  return (long.length ? long : all).sort((a, b) => b.lengthS - a.lengthS);
}
