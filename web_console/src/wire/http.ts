/**
 * Owns how the console speaks HTTP: cookie session, CSRF header, problem+json as one error type.
 * Not which paths there are (`endpoints.ts`), nor what an error means in words (`i18n`).
 */
import type { Problem } from "./messages";

/** An answer that is not a success. `code` is stable; status 0 means that nothing answered. */
export class ProblemError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string = "",
    readonly errors: readonly string[] = [],
    /** How long the server asks to wait, seconds; 0: it did not say. */
    readonly retryAfterS: number = 0,
  ) {
    super(code);
  }
}

type Method = "GET" | "POST" | "DELETE";

let csrfToken = "";
let onUnauthenticated: () => void = () => undefined;

export function setCsrfToken(token: string): void {
  csrfToken = token;
}

/** What happens when a session has run out while the console was open. */
export function whenUnauthenticated(handler: () => void): void {
  onUnauthenticated = handler;
}

export async function call<T>(method: Method, path: string, body?: unknown): Promise<T> {
  const isForm = body instanceof FormData;
  const headers: Record<string, string> = { Accept: "application/json" };
  if (body !== undefined && !isForm) headers["Content-Type"] = "application/json";
  if (method !== "GET") headers["X-CSRF-Token"] = csrfToken;
  const payload = body === undefined ? undefined : isForm ? body : JSON.stringify(body);
  const response = await answer(path, { method, headers, body: payload ?? null });
  if (response.status === 204) return undefined as T;
  if (response.ok) return (await response.json()) as T;
  const problem = await problemOf(response);
  if (response.status === 401 && !path.startsWith("/api/session")) onUnauthenticated();
  throw problem;
}

async function answer(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, { ...init, credentials: "same-origin" });
  } catch {
    throw new ProblemError(0, "unreachable");
  }
}

/** What an answer that is no success says. */
export async function problemOf(response: Response): Promise<ProblemError> {
  const { status, headers } = response;
  const waitS = Number(headers.get("Retry-After")) || 0;
  try {
    const { code, detail, errors } = (await response.json()) as Partial<Problem>;
    return new ProblemError(status, code ?? `status_${status}`, detail, errors, waitS);
  } catch {
    // Not the server itself but a gateway before it: its words are not for people.
    return new ProblemError(status, status >= 502 ? "unavailable" : `status_${status}`);
  }
}
