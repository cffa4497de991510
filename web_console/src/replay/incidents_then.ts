/**
 * Owns what incidents and orders looked like at a moment of the past: the recorded steps folded up
 * to then. Pure; instants in Unix milliseconds.
 */
import { isOpen, isOverdue, isRunning } from "@/state/incidents";
import { FrameState } from "@/wire/constants";
import type { Dispatch, IncidentSummary, ReplayIncident } from "@/wire/messages";

type Status = IncidentSummary["status"];

const instant = (at: string | null): number =>
  at === null ? Number.POSITIVE_INFINITY : Date.parse(at);
const upTo = (at: string | null, nowMs: number): string | null =>
  instant(at) <= nowMs ? at : null;

/** Where a dispatch stood: its end as recorded, else the last step it had reached. */
function statusThen(dispatch: Dispatch, nowMs: number): Dispatch["status"] {
  if (instant(dispatch.endedAt) <= nowMs) return dispatch.status;
  if (instant(dispatch.clearedAt) <= nowMs) return "cleared";
  if (instant(dispatch.onSceneAt) <= nowMs) return "on_scene";
  if (instant(dispatch.enRouteAt) <= nowMs) return "en_route";
  return instant(dispatch.acknowledgedAt) <= nowMs ? "acknowledged" : "ordered";
}

const dispatchThen = (dispatch: Dispatch, nowMs: number): Dispatch => ({
  ...dispatch,
  status: statusThen(dispatch, nowMs),
  sentAt: upTo(dispatch.sentAt, nowMs),
  acknowledgedAt: upTo(dispatch.acknowledgedAt, nowMs),
  enRouteAt: upTo(dispatch.enRouteAt, nowMs),
  onSceneAt: upTo(dispatch.onSceneAt, nowMs),
  clearedAt: upTo(dispatch.clearedAt, nowMs),
  endedAt: upTo(dispatch.endedAt, nowMs),
});

/** The incident as it was; null: it had not been reported. */
export function incidentThen(told: ReplayIncident, nowMs: number): IncidentSummary | null {
  if (instant(told.reportedAt) > nowMs) return null;
  const { steps, ...kept } = told;
  const status: Status = steps.findLast((step) => instant(step.at) <= nowMs)?.status ?? "reported";
  return {
    ...kept,
    version: 0,
    areaId: null,
    groupCode: null,
    status,
    closedAt: upTo(told.closedAt, nowMs),
    dispatches: told.dispatches
      .filter((dispatch) => instant(dispatch.orderedAt) <= nowMs)
      .map((dispatch) => dispatchThen(dispatch, nowMs)),
  };
}

/** All that had been reported by then, by id. */
export function incidentsThen(
  told: readonly ReplayIncident[],
  nowMs: number,
): ReadonlyMap<string, IncidentSummary> {
  const found = new Map<string, IncidentSummary>();
  for (const each of told) {
    const then = incidentThen(each, nowMs);
    if (then) found.set(then.id, then);
  }
  return found;
}

/** Every instant at which something about an incident changes, in order. */
export function changesOf(told: readonly ReplayIncident[]): Float64Array {
  const instants = told.flatMap((each) => [
    each.reportedAt,
    each.dueAt,
    each.closedAt,
    ...each.steps.map((step) => step.at),
    ...each.dispatches.flatMap((dispatch) => [
      dispatch.orderedAt,
      dispatch.acknowledgedAt,
      dispatch.enRouteAt,
      dispatch.onSceneAt,
      dispatch.clearedAt,
      dispatch.endedAt,
    ]),
  ]);
  return Float64Array.from(
    instants.filter((at) => at !== null),
    (at) => Date.parse(at),
  ).sort();
}

/** How many of the changes had happened: as long as it is the same, so are the incidents. */
export function epochOf(changes: Float64Array, nowMs: number): number {
  let [low, high] = [0, changes.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((changes[middle] ?? 0) <= nowMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Who was on an order, and who called for help, as bits of the frame's state by slot. */
export function flagsThen(
  incidents: Iterable<IncidentSummary>,
  slotOf: ReadonlyMap<number, number>,
  slots: number,
): Uint8Array {
  const flags = new Uint8Array(slots);
  const raise = (workerId: number | null, flag: number): void => {
    const slot = workerId === null ? undefined : slotOf.get(workerId);
    if (slot !== undefined) flags[slot] = (flags[slot] ?? 0) | flag;
  };
  for (const incident of incidents) {
    for (const dispatch of incident.dispatches.filter(isRunning))
      raise(dispatch.workerId, FrameState.ON_ORDER);
    if (incident.source === "duress" && isOpen(incident))
      raise(incident.reporterWorkerId, FrameState.DURESS);
  }
  return flags;
}

export function countThen(incidents: Iterable<IncidentSummary>, nowMs: number) {
  const counts = { open: 0, overdue: 0 };
  for (const incident of incidents) {
    if (isOpen(incident)) counts.open += 1;
    if (isOverdue(incident, nowMs)) counts.overdue += 1;
  }
  return counts;
}
