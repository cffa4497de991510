/**
 * Owns when what waits is sent: at once while there is a connection, again after each failure, and
 * by MQTT and HTTP side by side. What an entry is and in which order it goes: `outbox.ts`.
 */
import type { NewVisit } from "@/wire/messages";
import * as api from "./api";
import type { Link } from "./link";
import { drain, type Entry, laneOf, type Uplink } from "./outbox";
import { state } from "./state";
import { shelf, waiting } from "./storage";

const AGAIN_MS = 5_000;
const UPLOAD_AGAIN_MS = 15_000;

let link: Link | null = null;
let onTaken: (entry: Entry) => void = () => undefined;
let mqttRuns = false;
let httpRuns = false;
let mqttAsked = false;

export function sendBy(next: Link | null): void {
  link = next;
}

/** Called when the broker or the server has taken an entry for good. */
export function whenTaken(handler: (entry: Entry) => void): void {
  onTaken = handler;
}

/** Put an entry where nothing can lose it, and try to send. */
export async function send(entry: Entry): Promise<void> {
  await shelf.add(laneOf(entry), entry, Date.now() / 1000);
  await count();
  if (laneOf(entry) === "upload") void upload();
  else void flush();
}

export async function count(): Promise<void> {
  state.waiting = await waiting();
}

/** Send all that waits by MQTT, if there is a connection; one run at a time. */
export async function flush(): Promise<void> {
  mqttAsked = true;
  if (mqttRuns) return;
  mqttRuns = true;
  try {
    while (mqttAsked && link && state.link === "on") {
      mqttAsked = false;
      await drain(shelf, byMqtt(link), onTaken);
      await count();
    }
  } catch {
    setTimeout(() => void flush(), AGAIN_MS); // it stays on the shelf
  } finally {
    mqttRuns = false;
    await count();
  }
}

const byMqtt = (to: Link) => ({
  fixes: (fixes: readonly object[]) =>
    to.publish("fix", { fixes, datum: "wgs84", sent: Date.now() / 1000 }),
  message: (kind: Uplink, body: object) => to.publish(kind, body),
});

/** Send what goes by HTTP, oldest first; what can never be taken is dropped and said. */
export async function upload(): Promise<void> {
  if (httpRuns) return;
  httpRuns = true;
  try {
    for (;;) {
      const [next] = await shelf.first("upload", 1);
      if (!next) break;
      await byHttp(next.entry);
      await shelf.remove([next.id]);
    }
  } catch {
    setTimeout(() => void upload(), UPLOAD_AGAIN_MS);
  } finally {
    httpRuns = false;
    await count();
  }
}

async function byHttp(entry: Entry): Promise<void> {
  try {
    if (entry.kind === "visit") answered(await api.sendVisit(entry.body as NewVisit));
    if (entry.kind === "photo") await api.sendPhoto(entry.path, entry.picture);
  } catch (error) {
    if (api.isPassing(error)) throw error;
    if (entry.kind === "visit") refused((entry.body as NewVisit).clientId);
    else state.photoProblem = error instanceof Error ? error.message : String(error);
  }
}

function answered(visit: Awaited<ReturnType<typeof api.sendVisit>>): void {
  for (const scan of state.scans) if (scan.clientId === visit.clientId) scan.answer = visit;
}

function refused(clientId: string): void {
  for (const scan of state.scans) if (scan.clientId === clientId) scan.answer = "unknown";
}
