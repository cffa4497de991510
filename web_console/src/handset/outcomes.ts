/** Owns how a rule stands for the worker: its outcome, or that today something still lacks. Pure. */
import type { CountVerdict, StillMissing } from "@/wire/messages";

export type Outcome = NonNullable<CountVerdict["outcome"]> | "running";

/** A rule that is met so far but asks for more before the day is over is still running. */
export function standing(
  outcome: CountVerdict["outcome"] | undefined,
  rule: StillMissing["rule"],
  missing: readonly StillMissing[],
): Outcome | null {
  const lacks = missing.some((each) => each.rule === rule && each.possible);
  return lacks ? "running" : (outcome ?? null);
}
