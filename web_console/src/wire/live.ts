/** Owns the union of text messages on the live socket, and the safe reading of one. */
import type {
  AlertDelta,
  Behind,
  IncidentDelta,
  Snapshot,
  SystemHealth,
  WorkerDelta,
} from "./messages";

export type LiveMessage =
  | Snapshot
  | IncidentDelta
  | AlertDelta
  | WorkerDelta
  | Behind
  | SystemHealth;

const KINDS = new Set(["snapshot", "incident", "alert", "worker", "behind", "health"]);

/** The message, or null for a kind this console does not know (a newer server's). */
export function readLiveMessage(text: string): LiveMessage | null {
  const value = JSON.parse(text) as LiveMessage;
  return KINDS.has(value.type) ? value : null;
}
