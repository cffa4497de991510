/**
 * Owns how the handset's page speaks HTTP: its own session, renewed by itself from what was given
 * at enrolment. A handset that was revoked is told so once, and its page forgets everything.
 */
import { ProblemError, problemOf } from "@/wire/http";
import type {
  Appeals,
  FieldDay,
  FieldMe,
  FieldMonth,
  FieldOrder,
  FieldReport,
  FieldToday,
  HandsetSession,
  NewAppeal,
  NewVisit,
  OwnLook,
  Photos,
  Visit,
} from "@/wire/messages";
import type { Enrolment } from "./links";

type Method = "GET" | "POST" | "PUT" | "DELETE";
const BASE = "/api/field";
const ANSWERS_WITHIN_MS = 20_000;
const PHOTO_WITHIN_MS = 120_000;

let enrolment: Enrolment | null = null;
let csrfToken = "";
let signingIn: Promise<HandsetSession> | null = null;
let onRevoked: () => void = () => undefined;

/** Whom the page speaks as from now on. */
export function speakAs(who: Enrolment | null): void {
  enrolment = who;
  csrfToken = "";
}

/** What happens when the centre has revoked this handset. */
export function whenRevoked(handler: () => void): void {
  onRevoked = handler;
}

/** Sign in with what was given at enrolment; calls that come together share one attempt. */
export function signIn(): Promise<HandsetSession> {
  signingIn ??= raw<HandsetSession>("POST", "/session", enrolment)
    .then((session) => {
      csrfToken = session.csrfToken;
      return session;
    })
    .finally(() => {
      signingIn = null;
    });
  return signingIn;
}

/** The token of the session that the cookie still stands for; a new session where there is none. */
async function takeToken(): Promise<void> {
  const session = await raw<HandsetSession>("GET", "/session").catch(() => null);
  if (session) csrfToken = session.csrfToken;
  else await signIn();
}

async function call<T>(method: Method, path: string, body?: unknown): Promise<T> {
  if (method !== "GET" && !csrfToken) await takeToken();
  try {
    return await raw<T>(method, path, body);
  } catch (error) {
    const ended = error instanceof ProblemError && (error.status === 401 || error.status === 403);
    if (!ended || error.code === "handset_revoked" || !enrolment) throw error;
    await signIn();
    return raw<T>(method, path, body);
  }
}

async function raw<T>(method: Method, path: string, body?: unknown): Promise<T> {
  const isPicture = body instanceof Blob;
  const headers: Record<string, string> = { Accept: "application/json" };
  if (body !== undefined) headers["Content-Type"] = isPicture ? body.type : "application/json";
  if (method !== "GET") headers["X-CSRF-Token"] = csrfToken;
  const payload = body === undefined ? null : isPicture ? body : JSON.stringify(body);
  const within = AbortSignal.timeout(isPicture ? PHOTO_WITHIN_MS : ANSWERS_WITHIN_MS);
  const options: RequestInit = { method, headers, body: payload, credentials: "same-origin" };
  const response = await fetch(BASE + path, { ...options, signal: within }).catch(() => {
    throw new ProblemError(0, "unreachable");
  });
  if (response.status === 204) return undefined as T;
  if (response.ok) return (await response.json()) as T;
  const problem = await problemOf(response);
  if (problem.code === "handset_revoked") onRevoked();
  throw problem;
}

/** Whether trying the same again later makes sense. */
export const isPassing = (error: unknown): boolean =>
  !(error instanceof ProblemError) ||
  error.status === 0 ||
  error.status >= 500 ||
  error.status === 429 ||
  error.status === 401;

export const fetchMe = () => call<FieldMe>("GET", "/me");
export const fetchToday = () => call<FieldToday>("GET", "/today");
export const fetchMonth = (month: string) => call<FieldMonth>("GET", `/days?month=${month}`);
export const fetchDay = (day: string) => call<FieldDay>("GET", `/days/${day}`);
export const fetchLooks = () => call<OwnLook[]>("GET", "/looks");
export const fetchDispatches = () => call<FieldOrder[]>("GET", "/dispatches");
export const fetchOrderPhotos = (dispatch: string) =>
  call<Photos>("GET", `/dispatches/${dispatch}/photos`);
/** Where a photo of an order's case is, for an `img`; the session's cookie goes with it. */
export const orderPhotoPath = (dispatch: string, photo: string, small: boolean): string =>
  `${BASE}/dispatches/${dispatch}/photos/${photo}${small ? "/thumbnail" : ""}`;
export const fetchReports = () => call<FieldReport[]>("GET", "/reports");
export const fileAppeal = (day: string, body: NewAppeal) =>
  call<Appeals>("POST", `/days/${day}/appeals`, body);
export const withdrawAppeal = (appealId: number) =>
  call<Appeals>("POST", `/appeals/${appealId}/withdrawal`, {});
export const sendVisit = (body: NewVisit) => call<Visit>("POST", "/visits", body);
export const sendPhoto = (path: string, picture: Blob) => call<unknown>("PUT", path, picture);
export const signOut = () => call<void>("DELETE", "/session");
