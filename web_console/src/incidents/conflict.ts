/** Owns what happened to a case between two versions, without what the clock noted. Pure. */
import type { Incident, IncidentEvent } from "@/wire/messages";

export interface Conflict {
  readonly incidentId: string;
  readonly had: number;
  readonly now: number;
  /** What others did since, oldest first; empty: it was refused for another reason. */
  readonly events: readonly IncidentEvent[];
}

/** What the clock writes by itself changes nothing that a person decided on. */
const CLOCK: ReadonlySet<string> = new Set(["warned", "overdue", "escalated", "reminded"]);

export function changedSince(fresh: Incident, had: number): Conflict | null {
  const events = fresh.events.filter((event) => event.version > had && !CLOCK.has(event.kind));
  return events.length ? { incidentId: fresh.id, had, now: fresh.version, events } : null;
}
