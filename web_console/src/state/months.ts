/** Owns how a month is stepped through, and how its letters and counts are read. Pure. */
import type { AreaMonth, MonthChange, MonthRuleState, WorkerLine } from "@/wire/messages";
import type { Outcome } from "./attendance";

export const OUTCOME_OF: Record<string, Outcome | null> = {
  m: "met",
  n: "not_met",
  u: "undecided",
  s: "so_far",
  r: "running",
  "-": "none",
};
/** What stands in a cell besides its colour. */
export const GLYPHS: Record<Outcome, string> = {
  met: "✓",
  not_met: "✕",
  undecided: "?",
  running: "…",
  so_far: "·",
  none: "–",
};

/** The month `by` months later, YYYY-MM. */
export function shiftMonth(month: string, by: number): string {
  const [year = 1970, number = 1] = month.split("-").map(Number);
  const date = new Date(Date.UTC(year, number - 1 + by, 1));
  return date.toISOString().slice(0, 7);
}

export interface DayHead {
  readonly day: string;
  readonly number: number;
  /** 0 Sunday to 6 Saturday. */
  readonly weekday: number;
}

/** Every day of a month. */
export function daysOf(month: string): DayHead[] {
  const first = new Date(`${month}-01T00:00:00Z`);
  const count = new Date(`${shiftMonth(month, 1)}-01T00:00:00Z`).getTime() - first.getTime();
  return Array.from({ length: count / 86_400_000 }, (_, at) => {
    const number = at + 1;
    return {
      day: `${month}-${String(number).padStart(2, "0")}`,
      number,
      weekday: (first.getUTCDay() + at) % 7,
    };
  });
}

export interface Shares {
  readonly met: number;
  readonly undecided: number;
  readonly known: number;
  /** Workers whose day is not over; they are no part of the shares. */
  readonly running: number;
}

/** Of the workers with a verdict, the shares that met everything and that are undecided. */
export function sharesOf(counts: AreaMonth["days"][number] | undefined): Shares {
  const { met = 0, notMet = 0, undecided = 0, running = 0 } = counts ?? {};
  const known = met + notMet + undecided;
  const share = (count: number): number => (known ? count / known : 0);
  return { met: share(met), undecided: share(undecided), known, running };
}

/** Lines that match a name, a code or a grid. */
export function linesThat(
  lines: readonly WorkerLine[],
  text: string,
  gridName: (code: string) => string,
): WorkerLine[] {
  const wanted = text.trim().toLowerCase();
  if (!wanted) return [...lines];
  return lines.filter((line) =>
    `${line.workerName} ${line.workerCode} ${line.gridCodes.map(gridName).join(" ")}`
      .toLowerCase()
      .includes(wanted),
  );
}

/** How often each letter stands in a line. */
export function countLetters(days: string): Record<"met" | "not_met" | "undecided", number> {
  const count = (letter: string): number => days.split(letter).length - 1;
  return { met: count("m"), not_met: count("n"), undecided: count("u") };
}

/** Why a final month came out otherwise; the server says which. */
export const MONTH_CAUSES = [
  "late_data",
  "orders",
  "roster",
  "outage",
  "places",
  "appeal",
  "day_record",
  "colleague",
] as const;

/** The rules of which one side says something else than the other. */
export function statesThatDiffer({ before, after }: Pick<MonthChange, "before" | "after">) {
  const told = ({ rule, listName, count, required, outcome }: MonthRuleState): string =>
    [rule, listName, count, required, outcome].join();
  const without = (side: MonthRuleState[], other: MonthRuleState[]): MonthRuleState[] => {
    const known = new Set(other.map(told));
    return side.filter((state) => !known.has(told(state)));
  };
  return { before: without(before, after), after: without(after, before) };
}
