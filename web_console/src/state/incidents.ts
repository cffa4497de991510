/** Owns how incidents are ordered, filtered and judged in lists. Pure; times in milliseconds. */
import type { Dispatch, GroupOrder, IncidentSummary } from "@/wire/messages";

type Status = IncidentSummary["status"];

const FINISHED: ReadonlySet<Status> = new Set([
  "closed",
  "evaluated",
  "rejected",
  "merged",
  "void",
]);
/** Still open, but no worker has to be sent any more. */
const SETTLED: ReadonlySet<Status> = new Set(["handled", "verified"]);

export const isOpen = (incident: IncidentSummary): boolean => !FINISHED.has(incident.status);

/** Nobody is on it, worker or group, and its clock does not stand still by an approval. */
export const isWaiting = (incident: IncidentSummary): boolean =>
  isOpen(incident) &&
  !SETTLED.has(incident.status) &&
  incident.status !== "suspended" &&
  !isAttended(incident);

export const isAttended = (incident: IncidentSummary): boolean =>
  incident.dispatches.some(isRunning) || runningGroups(incident).length > 0;

export const runningGroups = (incident: IncidentSummary): GroupOrder[] =>
  (incident.groupOrders ?? []).filter((order) => order.endedAt === null);

export const isSupervised = (incident: IncidentSummary): boolean =>
  isOpen(incident) && !!incident.supervision;

export const isRunning = (dispatch: Dispatch): boolean => dispatch.endedAt === null;

export function isOverdue(incident: IncidentSummary, nowMs: number): boolean {
  if (incident.dueAt === null || !isOpen(incident) || SETTLED.has(incident.status)) return false;
  if (incident.stoppedAt) return !!incident.overdueAt;
  return Date.parse(incident.dueAt) < nowMs;
}

/** What a case's clock shows; seconds. Null: it no longer counts, or there is no limit. */
export type CaseClock =
  | { readonly kind: "left" | "soon" | "over"; readonly seconds: number }
  | { readonly kind: "stopped"; readonly seconds: number }
  | null;

/** Within half an hour of its deadline a case is due soon. */
const SOON_S = 1800;

export function caseClock(incident: IncidentSummary, nowMs: number): CaseClock {
  const { dueAt, stoppedAt } = incident;
  if (!isOpen(incident) || SETTLED.has(incident.status)) return null;
  if (stoppedAt) return { kind: "stopped", seconds: (nowMs - Date.parse(stoppedAt)) / 1000 };
  if (dueAt === null) return null;
  const seconds = (Date.parse(dueAt) - nowMs) / 1000;
  if (seconds < 0) return { kind: "over", seconds: -seconds };
  return { kind: seconds < SOON_S ? "soon" : "left", seconds };
}

/** Calls for help to which nobody is on the way, the longest waiting first. */
export const callsForHelp = (incidents: Iterable<IncidentSummary>): IncidentSummary[] =>
  [...incidents]
    .filter(({ source }) => source === "duress")
    .filter((call) => isOpen(call) && !SETTLED.has(call.status) && !call.dispatches.some(isRunning))
    .sort((a, b) => (a.reportedAt < b.reportedAt ? -1 : 1));

/** Whether the incident awaits a dispatcher's decision, by its status. */
export const canDispatch = (incident: IncidentSummary): boolean =>
  isOpen(incident) && !SETTLED.has(incident.status) && incident.status !== "suspended";

export interface QueueFilter {
  readonly show: "open" | "waiting" | "overdue" | "running" | "ruling" | "finished";
  readonly severity: number | null;
  readonly text: string;
}

export const EVERYTHING_OPEN: QueueFilter = { show: "open", severity: null, text: "" };

function shows(incident: IncidentSummary, show: QueueFilter["show"], nowMs: number): boolean {
  switch (show) {
    case "open":
      return isOpen(incident);
    case "waiting":
      return isWaiting(incident);
    case "overdue":
      return isOverdue(incident, nowMs);
    case "running":
      return isOpen(incident) && isAttended(incident);
    case "ruling":
      return isOpen(incident) && !!incident.pendingRequest;
    case "finished":
      return !isOpen(incident);
  }
}

/** 0 calls for action now; larger can wait. */
function urgency(incident: IncidentSummary, nowMs: number): number {
  if (!isOpen(incident)) return 100;
  const base = incident.source === "duress" ? 0 : incident.severity;
  if (base === 0 && isWaiting(incident)) return 0;
  if (isSupervised(incident)) return 0.5;
  if (isWaiting(incident)) return base;
  if (SETTLED.has(incident.status)) return 50 + base;
  return (isOverdue(incident, nowMs) ? 5 : 10) + base;
}

/** The queue: calls for help, supervised cases, then waiting before running before settled, gravest first, newest first among equals. */
export function queue(
  incidents: Iterable<IncidentSummary>,
  filter: QueueFilter,
  nowMs: number,
): IncidentSummary[] {
  const wanted = filter.text.trim().toLowerCase();
  return [...incidents]
    .filter((incident) => shows(incident, filter.show, nowMs))
    .filter((incident) => filter.severity === null || incident.severity === filter.severity)
    .filter((incident) => !wanted || searchText(incident).includes(wanted))
    .map((incident) => ({ incident, rank: urgency(incident, nowMs) }))
    .sort((a, b) => a.rank - b.rank || (a.incident.reportedAt < b.incident.reportedAt ? 1 : -1))
    .map((entry) => entry.incident);
}

const searchText = (incident: IncidentSummary): string =>
  `${incident.code} ${incident.title} ${incident.place}`.toLowerCase();

export interface IncidentCounts {
  readonly open: number;
  readonly waiting: number;
  readonly overdue: number;
  readonly ruling: number;
}

export function countIncidents(
  incidents: Iterable<IncidentSummary>,
  nowMs: number,
): IncidentCounts {
  const counts = { open: 0, waiting: 0, overdue: 0, ruling: 0 };
  for (const incident of incidents) {
    if (isOpen(incident)) counts.open += 1;
    if (isWaiting(incident)) counts.waiting += 1;
    if (isOverdue(incident, nowMs)) counts.overdue += 1;
    if (isOpen(incident) && incident.pendingRequest) counts.ruling += 1;
  }
  return counts;
}

const STEPS = ["ordered", "sent", "acknowledged", "en_route", "on_scene", "cleared"] as const;
export type Step = (typeof STEPS)[number];

/** The six steps of a dispatch with the instants at which they were reached. */
export function stepsOf(dispatch: Dispatch): { step: Step; at: string | null }[] {
  const reached: Record<Step, string | null> = {
    ordered: dispatch.orderedAt,
    sent: dispatch.sentAt,
    acknowledged: dispatch.acknowledgedAt,
    en_route: dispatch.enRouteAt,
    on_scene: dispatch.onSceneAt,
    cleared: dispatch.clearedAt,
  };
  return STEPS.map((step) => ({ step, at: reached[step] }));
}

/** How many were closed in a time that `within` tells. */
export function closedOnDay(
  incidents: Iterable<IncidentSummary>,
  within: (at: string) => boolean,
): number {
  let count = 0;
  for (const { closedAt, status } of incidents) {
    if (closedAt !== null && ["closed", "evaluated"].includes(status) && within(closedAt))
      count += 1;
  }
  return count;
}
