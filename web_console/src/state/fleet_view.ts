/** Owns reading a drawn fleet: counts, where somebody is drawn now, who is nearest. Pure. */
import { FRAME_PRESENCE_MASK, FrameState, Presence } from "@/wire/constants";

/** What the map draws: copies that can be transferred. `left` is the rest of a glide in seconds. */
export interface FleetView {
  readonly capacity: number;
  readonly origin: readonly [lon: number, lat: number];
  /** Wall clock of this computer, milliseconds, at which `path` starts. */
  readonly epochMs: number;
  readonly serverTime: number;
  readonly path: Float32Array;
  readonly left: Float32Array;
  readonly look: Float32Array;
  readonly fixedAt: Uint32Array;
  readonly state: Uint8Array;
  readonly counts: FleetCounts;
}

export interface FleetCounts {
  onDuty: number;
  online: number;
  stale: number;
  silent: number;
  onOrder: number;
  outside: number;
  duress: number;
}

export function countFleet(states: Uint8Array): FleetCounts {
  const counts: FleetCounts = {
    onDuty: 0,
    online: 0,
    stale: 0,
    silent: 0,
    onOrder: 0,
    outside: 0,
    duress: 0,
  };
  for (const state of states) {
    const presence = state & FRAME_PRESENCE_MASK;
    if (presence === Presence.OFF_DUTY) continue;
    counts.onDuty += 1;
    if (presence === Presence.ONLINE) counts.online += 1;
    else if (presence === Presence.STALE) counts.stale += 1;
    else counts.silent += 1;
    if (state & FrameState.ON_ORDER) counts.onOrder += 1;
    else if (state & FrameState.OUTSIDE_OWN_GRID) counts.outside += 1;
    if (state & FrameState.DURESS) counts.duress += 1;
  }
  return counts;
}

/** Where one slot is drawn at `nowMs`, lon/lat degrees in the map's datum; null: nowhere. */
export function placeOf(view: FleetView, slot: number, nowMs: number): [number, number] | null {
  if (slot >= view.capacity || view.look[slot * 2] === 0) return null;
  const left = view.left[slot] ?? 0;
  const share = left > 0 ? Math.min(1, Math.max(0, (nowMs - view.epochMs) / 1000 / left)) : 1;
  const at = slot * 4;
  const mix = (from: number, to: number): number => from + (to - from) * share;
  return [
    view.origin[0] + mix(view.path[at] ?? 0, view.path[at + 2] ?? 0),
    view.origin[1] + mix(view.path[at + 1] ?? 0, view.path[at + 3] ?? 0),
  ];
}

/** The drawn slot nearest to a place within `reachDeg` of latitude; -1: none. */
export function nearestSlot(
  view: FleetView,
  [lon, lat]: readonly [number, number],
  reachDeg: number,
  nowMs: number,
): number {
  const squeeze = Math.cos((lat * Math.PI) / 180);
  let best = -1;
  let bestDistance = reachDeg;
  for (let slot = 0; slot < view.capacity; slot += 1) {
    const there = placeOf(view, slot, nowMs);
    if (!there) continue;
    const distance = Math.hypot((there[0] - lon) * squeeze, there[1] - lat);
    if (distance < bestDistance) {
      best = slot;
      bestDistance = distance;
    }
  }
  return best;
}
