/** Owns the name of the three outcomes of a rule. */
import type { CountVerdict } from "@/wire/messages";

export type Outcome = NonNullable<CountVerdict["outcome"]>;
