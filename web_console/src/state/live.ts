/**
 * Owns what the text messages of the live socket mean: workers and incidents by version.
 * Pure: (state, message) → state. Positions are in `fleet.ts`; the socket is in `wire/`.
 */
import type { LiveMessage } from "@/wire/live";
import type { Alert, IncidentSummary, LiveWorker } from "@/wire/messages";

export interface LiveState {
  /** Stream id of the newest message folded in; "" before the first snapshot. */
  readonly seq: string;
  readonly workers: ReadonlyMap<number, LiveWorker>;
  readonly workerBySlot: ReadonlyMap<number, LiveWorker>;
  readonly incidents: ReadonlyMap<string, IncidentSummary>;
  /** Those that have not ended. */
  readonly alerts: ReadonlyMap<string, Alert>;
  readonly failing: readonly string[];
  readonly skipped: number;
}

export const EMPTY_LIVE: LiveState = {
  seq: "",
  workers: new Map(),
  workerBySlot: new Map(),
  incidents: new Map(),
  alerts: new Map(),
  failing: [],
  skipped: 0,
};

export function reduceLive(state: LiveState, message: LiveMessage): LiveState {
  switch (message.type) {
    case "snapshot":
      return {
        ...state,
        seq: message.seq,
        workers: new Map(message.workers.map((worker) => [worker.workerId, worker])),
        workerBySlot: new Map(message.workers.map((worker) => [worker.slot, worker])),
        incidents: new Map(message.incidents.map((incident) => [incident.id, incident])),
        alerts: new Map((message.alerts ?? []).map((alert) => [alert.id, alert])),
        skipped: 0,
      };
    case "incident": {
      const incidents = withIncident(state.incidents, message.incident);
      return { ...state, seq: message.seq, incidents };
    }
    case "alert":
      return { ...state, seq: message.seq, alerts: withAlert(state.alerts, message.alert) };
    case "worker":
      return {
        ...state,
        seq: message.seq,
        workers: new Map(state.workers).set(message.worker.workerId, message.worker),
        workerBySlot: new Map(state.workerBySlot).set(message.worker.slot, message.worker),
      };
    case "behind":
      return { ...state, skipped: message.skipped };
    case "health":
      return { ...state, failing: message.failing };
  }
}

/** The alerts with this one in it, or without it once it has ended; an older version counts not. */
export function withAlert(
  known: ReadonlyMap<string, Alert>,
  alert: Alert,
): ReadonlyMap<string, Alert> {
  const before = known.get(alert.id);
  if (before && before.version > alert.version) return known;
  const after = new Map(known);
  if (alert.endedAt === null) after.set(alert.id, alert);
  else after.delete(alert.id);
  return after;
}

/** The incidents with this one in it, unless a newer version of it is already known. */
export function withIncident(
  known: ReadonlyMap<string, IncidentSummary>,
  incident: IncidentSummary,
): ReadonlyMap<string, IncidentSummary> {
  const before = known.get(incident.id);
  if (before && before.version > incident.version) return known;
  return new Map(known).set(incident.id, incident);
}
