/** Owns the list of HTTP calls the console makes, one function each, typed by the wire messages. */
import type { FeatureCollection } from "geojson";
import { call } from "./http";
import type {
  Alert,
  Appeals,
  Area,
  AttendanceBoard,
  AttendanceDay,
  CheckpointLabel,
  ClockRequest,
  ClockRuling,
  Dispatch,
  ForeseenDeadline,
  GroupStep,
  Handset,
  HandsetCredentials,
  ImportReport,
  Incident,
  IncidentPage,
  IncidentSummary,
  IngestHealth,
  Installation,
  NewAppeal,
  NewClockRequest,
  NewGroupOrder,
  NewHandset,
  NewIncident,
  NewSupervision,
  NewUpwardReport,
  Pack,
  Photo,
  Photos,
  RateReport,
  Reassignment,
  Recommendation,
  Replay,
  ReplayDensity,
  ReplayHorizon,
  ReporterContact,
  ResidentForm,
  ResidentReceipt,
  ResidentReport,
  ResidentStatus,
  Ruling,
  Session,
  SignIn,
  Track,
  TrackLook,
  Transition,
  VerdictChanges,
  Withdrawal,
  Worker,
} from "./messages";

const query = (values: Record<string, string | null | undefined>): string => {
  const pairs = Object.entries(values).filter((pair): pair is [string, string] => !!pair[1]);
  return pairs.length ? `?${new URLSearchParams(pairs)}` : "";
};

export const fetchInstallation = () => call<Installation>("GET", "/api/installation");
export const fetchSession = () => call<Session>("GET", "/api/session");
export const signIn = (body: SignIn) => call<Session>("POST", "/api/session", body);
export const signOut = () => call<void>("DELETE", "/api/session");

export const fetchPack = () => call<Pack>("GET", "/api/pack");
export const fetchAreas = () => call<Area[]>("GET", "/api/areas");
export const fetchGrids = () => call<FeatureCollection>("GET", "/api/areas/grids.geojson");
export const fetchBasemap = () => call<FeatureCollection>("GET", "/api/basemap.geojson");

export const fetchIncident = (id: string) => call<Incident>("GET", `/api/incidents/${id}`);
export const fetchIncidents = (state: "open" | "closed" | "all") =>
  call<IncidentPage>("GET", `/api/incidents${query({ state })}`);
export const createIncident = (body: NewIncident) => call<Incident>("POST", "/api/incidents", body);
/** Whom to look among; what is not given does not matter. */
export type CandidateFilter = {
  group?: string | null;
  skill?: string | null;
  maxMinutes?: string | null;
  onlyFree?: string | null;
};
export const fetchRecommendation = (id: string, filter: CandidateFilter = {}) =>
  call<Recommendation>("GET", `/api/incidents/${id}/recommendations${query(filter)}`);
export const dispatchWorker = (id: string, workerId: number | null) =>
  call<Dispatch>("POST", `/api/incidents/${id}/dispatches`, { workerId });
export const moveIncident = (id: string, body: Transition) =>
  call<Incident>("POST", `/api/incidents/${id}/transitions`, body);
export const giveToGroup = (id: string, body: NewGroupOrder) =>
  call<Incident>("POST", `/api/incidents/${id}/group`, body);
export const stepGroupOrder = (id: string, body: GroupStep) =>
  call<Incident>("POST", `/api/group-orders/${id}/steps`, body);
export const askForCase = (id: string, body: NewClockRequest) =>
  call<Incident>("POST", `/api/incidents/${id}/requests`, body);
export const foreseeDeadline = (
  id: string,
  kind: ClockRequest["kind"],
  hours: number,
  days: number,
) =>
  call<ForeseenDeadline>(
    "GET",
    `/api/incidents/${id}/deadline${query({ kind, hours: String(hours), days: String(days) })}`,
  );
export const ruleOnRequest = (id: string, body: ClockRuling) =>
  call<Incident>("POST", `/api/requests/${id}/ruling`, body);
export const superviseCase = (id: string, body: NewSupervision) =>
  call<Incident>("POST", `/api/incidents/${id}/supervision`, body);
export const reportUpward = (id: string, body: NewUpwardReport) =>
  call<Incident>("POST", `/api/incidents/${id}/upward`, body);
export const reassignDispatch = (id: string, body: Reassignment) =>
  call<Dispatch>("POST", `/api/dispatches/${id}/reassignment`, body);
export const printedCasePath = (id: string): string => `/api/incidents/${id}/file.html`;
/** Names of the filters as the server has them; what is null or empty is not asked for. */
export type CaseQuery = Record<string, string | null>;
export const fetchCases = (asked: CaseQuery) =>
  call<IncidentPage>("GET", `/api/incidents${query(asked)}`);
export const casesExportPath = (asked: CaseQuery): string =>
  `/api/incidents/export.xlsx${query(asked)}`;
export const moveDispatch = (id: string, body: Transition) =>
  call<unknown>("POST", `/api/dispatches/${id}/transitions`, body);

/** The first to answer a call for help stops the alarm everywhere. */
export const answerHelp = (id: string) =>
  call<IncidentSummary>("POST", `/api/incidents/${id}/answer`);
export const fetchReporter = (id: string) =>
  call<ReporterContact>("GET", `/api/incidents/${id}/reporter`);
export const fetchPhotos = (id: string) => call<Photos>("GET", `/api/incidents/${id}/photos`);
export const photoPath = (id: string): string => `/api/photos/${id}`;
export const thumbnailPath = (id: string): string => `/api/photos/${id}/thumbnail`;
function photoForm(photo: Blob, fields: Record<string, string>): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append("file", photo, "photo");
  return form;
}
/** The same `uploadId` again is the same photo. */
export const addPhoto = (id: string, photo: Blob, uploadId: string) =>
  call<Photo>("POST", `/api/incidents/${id}/photos`, photoForm(photo, { uploadId }));
export const acknowledgeAlert = (id: string) =>
  call<Alert>("POST", `/api/alerts/${id}/acknowledge`);

/** The residents' page: no account; the code is the key to one report. */
export const fetchResidentForm = () => call<ResidentForm>("GET", "/api/resident/form");
export const sendResidentReport = (body: ResidentReport) =>
  call<ResidentReceipt>("POST", "/api/resident/reports", body);
export const sendResidentPhoto = (code: string, uploadId: string, photo: Blob) =>
  call<void>("POST", "/api/resident/photos", photoForm(photo, { code, uploadId }));
export const followResidentReport = (code: string) =>
  call<ResidentStatus>("POST", "/api/resident/follow", { code });
export const rateResidentReport = (body: RateReport) =>
  call<ResidentStatus>("POST", "/api/resident/rating", body);

export const fetchWorkers = () => call<Worker[]>("GET", "/api/workers");
/** Every call is written down with its range and with the page it was made from. */
export const fetchTrack = (workerId: number, from: Date, to: Date, via: "map" | "attendance") => {
  const range = { from: from.toISOString(), to: to.toISOString(), via };
  return call<Track>("GET", `/api/workers/${workerId}/track${query(range)}`);
};
export const fetchTrackLooks = () => call<TrackLook[]>("GET", "/api/track-looks");

export const fetchIngestHealth = () => call<IngestHealth>("GET", "/api/ingest");

export const fetchCheckpointLabels = () =>
  call<CheckpointLabel[]>("GET", "/api/checkpoints/labels");
export const fetchReplayHorizon = () => call<ReplayHorizon>("GET", "/api/replay/horizon");
/** Every call is written down; its id is the ticket for the positions, which a worker reads. */
export const fetchReplay = (from: Date, to: Date, area: string | null) =>
  call<Replay>(
    "GET",
    `/api/replay${query({ from: from.toISOString(), to: to.toISOString(), area })}`,
  );
export const fetchReplayDensity = (replayId: number) =>
  call<ReplayDensity>("GET", `/api/replay/${replayId}/density`);
export const fetchGridsThen = (replayId: number, at: string) =>
  call<FeatureCollection>("GET", `/api/replay/${replayId}/grids.geojson${query({ at })}`);

export const fetchHandsets = () => call<Handset[]>("GET", "/api/handsets");
export const enrolHandset = (body: NewHandset) =>
  call<HandsetCredentials>("POST", "/api/handsets", body);
export const revokeHandset = (id: string) => call<void>("DELETE", `/api/handsets/${id}`);

export type ImportKind =
  | "areas"
  | "workers"
  | "shifts"
  | "checkpoints"
  | "basemap"
  | "streets"
  | "incidents";
export function importFile(kind: ImportKind, file: File): Promise<ImportReport> {
  const form = new FormData();
  form.append("file", file, file.name);
  return call<ImportReport>("POST", `/api/${kind}/import`, form);
}

export const fetchAttendance = (date: string, area: string | null) =>
  call<AttendanceBoard>("GET", `/api/attendance${query({ date, area })}`);
export const fetchAttendanceDay = (workerId: number, date: string) =>
  call<AttendanceDay>("GET", `/api/attendance/${workerId}/${date}`);
export const fetchVerdictChanges = (area: string | null) =>
  call<VerdictChanges>("GET", `/api/attendance/changes${query({ area })}`);
export const fetchAppeals = (state: "open" | "all", area: string | null) =>
  call<Appeals>("GET", `/api/attendance/appeals${query({ state, area })}`);
export const fileAppeal = (workerId: number, date: string, body: NewAppeal) =>
  call<Appeals>("POST", `/api/attendance/${workerId}/${date}/appeals`, body);
export const ruleOnAppeal = (appealId: number, body: Ruling) =>
  call<unknown>("POST", `/api/attendance/appeals/${appealId}/ruling`, body);
export const withdrawAppeal = (appealId: number, body: Withdrawal) =>
  call<unknown>("POST", `/api/attendance/appeals/${appealId}/withdrawal`, body);
export const attendanceExportPath = (
  month: string,
  area: string | null,
  form: "xlsx" | "csv",
  lang: string,
) => `/api/attendance/export.${form}${query({ month, area, lang })}`;
