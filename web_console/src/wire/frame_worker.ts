/**
 * Owns the fleet off the main thread: takes received frames, posts views ready to draw (transferred,
 * not copied). Once a second it posts without a frame, so that ages stay true when nothing comes.
 */
import type { Datum } from "@/format/datum";
import { applyFrame, emptyFleet, type Fleet, viewFleet } from "@/state/fleet";
import { type PositionFrame, readFrame } from "./frame";

export type ToFrameWorker =
  | { readonly kind: "reset"; readonly datum: Datum }
  | { readonly kind: "frame"; readonly buffer: ArrayBuffer };

const IDLE_POST_MS = 1_000;
const scope = self as unknown as DedicatedWorkerGlobalScope;

let fleet: Fleet | null = null;
let datum: Datum = "wgs84";
let heardAtMs = 0;
let postedAtMs = 0;

const wallMs = (): number => performance.timeOrigin + performance.now();

function originOf(frame: PositionFrame): [number, number] {
  const row = frame.fixedAt.findIndex((fixedAt) => fixedAt > 0);
  return row < 0 ? [0, 0] : [(frame.lonE7[row] ?? 0) / 1e7, (frame.latE7[row] ?? 0) / 1e7];
}

function post(nowMs: number): void {
  if (!fleet) return;
  postedAtMs = nowMs;
  const serverTime = fleet.serverTime + (nowMs - heardAtMs) / 1000;
  const view = viewFleet(fleet, nowMs / 1000, nowMs, serverTime);
  const columns = [view.path, view.left, view.look, view.fixedAt, view.state];
  scope.postMessage(view, { transfer: columns.map((column) => column.buffer) });
}

function take(buffer: ArrayBuffer): void {
  const frame = readFrame(buffer);
  const nowMs = wallMs();
  if (!fleet || fleet.origin[0] === 0) fleet = emptyFleet(originOf(frame), datum);
  applyFrame(fleet, frame, nowMs / 1000);
  heardAtMs = nowMs;
  if (frame.count > 0) post(nowMs);
}

scope.onmessage = (event: MessageEvent<ToFrameWorker>) => {
  if (event.data.kind === "frame") {
    take(event.data.buffer);
    return;
  }
  datum = event.data.datum;
  fleet = null;
};

setInterval(() => {
  const nowMs = wallMs();
  if (nowMs - postedAtMs >= IDLE_POST_MS) post(nowMs);
}, IDLE_POST_MS);
