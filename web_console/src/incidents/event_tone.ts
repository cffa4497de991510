/** Owns the colour of a case file entry: what went well, what did not, what waits for a ruling. Pure. */
import type { IncidentEvent } from "@/wire/messages";

export type Tone = "opened" | "field" | "good" | "bad" | "asked" | "plain";

const BAD: ReadonlySet<string> = new Set(["overdue", "escalated", "supervised"]);
const BAD_STEPS: ReadonlySet<unknown> = new Set(["declined", "lapsed"]);
const GOOD: ReadonlySet<unknown> = new Set([
  "handled",
  "verified",
  "closed",
  "evaluated",
  "cleared",
  "done",
]);
const BAD_STATUS: ReadonlySet<unknown> = new Set(["rework", "rejected", "void"]);

export function toneOf({ kind, body }: IncidentEvent): Tone {
  const to = body["to"];
  if (kind === "opened") return "opened";
  if (kind === "asked") return "asked";
  if (kind === "ruled") return body["granted"] === true ? "good" : "bad";
  if (BAD.has(kind)) return "bad";
  if (kind === "dispatch") return BAD_STEPS.has(to) ? "bad" : GOOD.has(to) ? "good" : "field";
  if (kind === "group" || kind === "group_step") return GOOD.has(to) ? "good" : "field";
  if (kind === "status" && BAD_STATUS.has(to)) return "bad";
  return kind === "status" && GOOD.has(to) ? "good" : "plain";
}
