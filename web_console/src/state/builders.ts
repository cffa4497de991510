/** Values for tests with valid defaults. */
import type { Dispatch, GroupOrder, IncidentSummary } from "@/wire/messages";

export const AT = "2026-11-21T01:00:00Z";
export const AT_MS = Date.parse(AT);

export const makeDispatch = (given: Partial<Dispatch> = {}): Dispatch => ({
  dispatchId: "d1",
  incidentId: "i1",
  workerId: 1,
  workerName: "王芳",
  version: 1,
  status: "ordered",
  orderedAt: AT,
  sentAt: null,
  acknowledgeBy: null,
  acknowledgedAt: null,
  enRouteAt: null,
  onSceneAt: null,
  clearedAt: null,
  endedAt: null,
  reason: null,
  ...given,
});

export const makeGroupOrder = (given: Partial<GroupOrder> = {}): GroupOrder => ({
  orderId: "o1",
  groupCode: "shizheng",
  joint: false,
  version: 1,
  status: "ordered",
  orderedAt: AT,
  orderedBy: "调度员",
  acceptedAt: null,
  endedAt: null,
  result: null,
  ...given,
});

export const makeIncident = (given: Partial<IncidentSummary> = {}): IncidentSummary => ({
  id: "i1",
  code: "20261121-0001",
  version: 1,
  status: "reported",
  classCode: "c",
  severity: 2,
  title: "占道经营",
  place: "星甸大街",
  lon: 118.5,
  lat: 32,
  areaId: 1,
  gridCode: null,
  source: "handset",
  reporterWorkerId: null,
  groupCode: null,
  reportedAt: AT,
  dueAt: null,
  closedAt: null,
  dispatches: [],
  ...given,
});
