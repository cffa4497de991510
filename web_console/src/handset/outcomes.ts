/** Owns how a rule stands for the worker: its outcome, or how it stands up to now. Pure. */
import type { AttendanceRow, CountVerdict, StillMissing } from "@/wire/messages";

/** `running`: something still lacks today. `so_far`: met up to now, and the day is not over. */
export type Outcome = NonNullable<CountVerdict["outcome"]> | "running" | "so_far";
type Rule = StillMissing["rule"];

/** A rule that is met so far but asks for more before the day is over is still running. */
export function standing(
  outcome: CountVerdict["outcome"] | undefined,
  rule: Rule,
  missing: readonly StillMissing[],
  provisional = false,
): Outcome | null {
  if (missing.some((each) => each.rule === rule && each.possible)) return "running";
  if (provisional && outcome === "undecided") return "running";
  return provisional && outcome === "met" ? "so_far" : (outcome ?? null);
}

/** Every rule that was asked of a day and how it stands; the night watch may stand twice. */
export function marksOf(
  day: AttendanceRow,
  missing: readonly StillMissing[] = [],
): { rule: Rule; outcome: Outcome }[] {
  const asked: [Rule, CountVerdict["outcome"]][] = [
    ["in_grid", day.inGrid.outcome],
    ["patrols", day.patrols.outcome],
    ["twice_daily", day.twiceDaily.outcome],
    ...day.otherRules.map((each): [Rule, CountVerdict["outcome"]] => [each.rule, each.outcome]),
  ];
  return asked.flatMap(([rule, told]) => {
    const outcome = standing(told, rule, missing, day.provisional);
    return told && outcome ? [{ rule, outcome }] : [];
  });
}
