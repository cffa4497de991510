/**
 * Owns the fold of position frames into the fleet: where every worker is drawn, moving from where
 * the last fix left them to the newest one. Pure; runs in the frame worker, tested alone.
 *
 * Columns are indexed by slot. Places are offsets in degrees from `origin`, so that 32 bits keep
 * millimetres and the GPU can use them as they are.
 */
import { type Datum, toMapDatum } from "@/format/datum";
import {
  COURSE_UNKNOWN,
  FRAME_PRESENCE_MASK,
  ONLINE_WITHIN_S,
  Presence,
  STALE_WITHIN_S,
} from "@/wire/constants";
import type { PositionFrame } from "@/wire/frame";
import { countFleet, type FleetView } from "./fleet_view";

/** A longer way between two fixes is not walked on screen: it was a gap, and would be a lie. */
const GLIDE_MAX_DEG = 0.006;
/** A marker is at most so far behind its newest fix. */
const GLIDE_MAX_S = 12;
const GLIDE_MIN_S = 0.3;

export interface Fleet {
  readonly origin: readonly [lon: number, lat: number];
  readonly datum: Datum;
  capacity: number;
  /** from x, from y, to x, to y per slot. */
  path: Float32Array;
  /** Local clock, seconds, at which a glide began; and how long it takes. */
  startedAt: Float64Array;
  glide: Float32Array;
  fixedAt: Uint32Array;
  state: Uint8Array;
  course: Uint8Array;
  serverTime: number;
}

export function emptyFleet(origin: readonly [number, number], datum: Datum): Fleet {
  return {
    origin,
    datum,
    capacity: 0,
    path: new Float32Array(0),
    startedAt: new Float64Array(0),
    glide: new Float32Array(0),
    fixedAt: new Uint32Array(0),
    state: new Uint8Array(0),
    course: new Uint8Array(0),
    serverTime: 0,
  };
}

function grown<T extends Float32Array | Float64Array | Uint32Array | Uint8Array>(
  column: T,
  length: number,
): T {
  const larger = new (column.constructor as new (length: number) => T)(length);
  larger.set(column);
  return larger;
}

function reserve(fleet: Fleet, slots: number): void {
  if (slots <= fleet.capacity) return;
  fleet.path = grown(fleet.path, slots * 4);
  fleet.startedAt = grown(fleet.startedAt, slots);
  fleet.glide = grown(fleet.glide, slots);
  fleet.fixedAt = grown(fleet.fixedAt, slots);
  fleet.state = grown(fleet.state, slots);
  fleet.course = grown(fleet.course, slots);
  fleet.capacity = slots;
}

/** Presence by the server's clock: the same rule as telemetry_ingest/wire/presence.py. */
export function presenceAt(state: number, fixedAt: number, serverTime: number): number {
  if ((state & FRAME_PRESENCE_MASK) === Presence.OFF_DUTY) return Presence.OFF_DUTY;
  if (fixedAt === 0) return Presence.SILENT;
  const age = serverTime - fixedAt;
  if (age <= ONLINE_WITHIN_S) return Presence.ONLINE;
  return age <= STALE_WITHIN_S ? Presence.STALE : Presence.SILENT;
}

/** Share 0–1 of the glide of one slot that is done at `now` (seconds of the local clock). */
function progress(fleet: Fleet, slot: number, now: number): number {
  const glide = fleet.glide[slot] ?? 0;
  if (glide <= 0) return 1;
  return Math.min(1, Math.max(0, (now - (fleet.startedAt[slot] ?? 0)) / glide));
}

function place(fleet: Fleet, frame: PositionFrame, row: number, slot: number, now: number): void {
  const { path, origin } = fleet;
  const at = slot * 4;
  const [lon, lat] = toMapDatum(fleet.datum, [
    (frame.lonE7[row] ?? 0) / 1e7,
    (frame.latE7[row] ?? 0) / 1e7,
  ]);
  const x = lon - origin[0];
  const y = lat - origin[1];
  const before = fleet.fixedAt[slot] ?? 0;
  const after = frame.fixedAt[row] ?? 0;
  const share = progress(fleet, slot, now);
  const fromX = (path[at] ?? 0) + ((path[at + 2] ?? 0) - (path[at] ?? 0)) * share;
  const fromY = (path[at + 1] ?? 0) + ((path[at + 3] ?? 0) - (path[at + 1] ?? 0)) * share;
  const walks = before > 0 && Math.hypot(x - fromX, y - fromY) <= GLIDE_MAX_DEG;
  path[at] = walks ? fromX : x;
  path[at + 1] = walks ? fromY : y;
  path[at + 2] = x;
  path[at + 3] = y;
  fleet.startedAt[slot] = now;
  fleet.glide[slot] = walks ? Math.min(GLIDE_MAX_S, Math.max(GLIDE_MIN_S, after - before)) : 0;
}

/** Take one frame in. `now`: local clock in seconds, any epoch, the same for all calls. */
export function applyFrame(fleet: Fleet, frame: PositionFrame, now: number): void {
  fleet.serverTime = Math.max(fleet.serverTime, frame.serverTime);
  let top = 0;
  for (const slot of frame.slot) if (slot >= top) top = slot + 1;
  reserve(fleet, top);
  for (let row = 0; row < frame.count; row += 1) {
    const slot = frame.slot[row] ?? 0;
    const fixedAt = frame.fixedAt[row] ?? 0;
    if (fixedAt > 0 && fixedAt !== fleet.fixedAt[slot]) place(fleet, frame, row, slot, now);
    fleet.fixedAt[slot] = fixedAt;
    fleet.state[slot] = frame.state[row] ?? 0;
    fleet.course[slot] = frame.course2deg[row] ?? COURSE_UNKNOWN;
  }
}

/** The fleet as it is to be drawn from `now` on, with presence at `serverTime`. */
export function viewFleet(
  fleet: Fleet,
  now: number,
  epochMs: number,
  serverTime: number,
): FleetView {
  const size = fleet.capacity;
  const path = new Float32Array(fleet.path);
  const left = new Float32Array(size);
  const look = new Float32Array(size * 2);
  const state = new Uint8Array(size);
  for (let slot = 0; slot < size; slot += 1) {
    const share = progress(fleet, slot, now);
    const at = slot * 4;
    path[at] = (path[at] ?? 0) + ((path[at + 2] ?? 0) - (path[at] ?? 0)) * share;
    path[at + 1] = (path[at + 1] ?? 0) + ((path[at + 3] ?? 0) - (path[at + 1] ?? 0)) * share;
    left[slot] = (1 - share) * (fleet.glide[slot] ?? 0);
    const told = fleet.state[slot] ?? 0;
    const seen = presenceAt(told, fleet.fixedAt[slot] ?? 0, serverTime);
    state[slot] = (told & ~FRAME_PRESENCE_MASK) | seen;
    // Silent without any fix: there is no place to draw.
    look[slot * 2] = fleet.fixedAt[slot] ? (state[slot] ?? 0) : 0;
    look[slot * 2 + 1] = fleet.course[slot] ?? COURSE_UNKNOWN;
  }
  return {
    capacity: size,
    origin: fleet.origin,
    epochMs,
    serverTime,
    path,
    left,
    look,
    fixedAt: new Uint32Array(fleet.fixedAt),
    state,
    counts: countFleet(state),
  };
}
