/** Owns the last stretch each worker walked while this console watched. In memory only. */
import type { FleetView } from "./fleet_view";

/** Places kept per worker: a few minutes of walking. */
const TAIL_MAX = 48;

export interface Tails {
  readonly places: Map<number, [number, number][]>;
  seen: Uint32Array;
}

export const emptyTails = (): Tails => ({ places: new Map(), seen: new Uint32Array(0) });

/** Take in what is new in a view. Changes and returns `tails`: it is called four times a second. */
export function growTails(tails: Tails, view: FleetView): Tails {
  const grown = tails.seen.length < view.capacity;
  for (let slot = 0; slot < view.capacity; slot += 1) {
    const fixedAt = view.fixedAt[slot] ?? 0;
    if (fixedAt === 0) {
      tails.places.delete(slot);
      continue;
    }
    if (fixedAt === tails.seen[slot]) continue;
    const at = slot * 4 + 2;
    const tail = tails.places.get(slot) ?? [];
    tail.push([view.origin[0] + (view.path[at] ?? 0), view.origin[1] + (view.path[at + 1] ?? 0)]);
    if (tail.length > TAIL_MAX) tail.shift();
    tails.places.set(slot, tail);
  }
  if (grown) return { places: tails.places, seen: new Uint32Array(view.fixedAt) };
  tails.seen.set(view.fixedAt);
  return tails;
}

/** The tail up to where the worker is drawn: the newest fix itself lies ahead of that. */
export function tailOf(
  tails: Tails,
  slot: number,
  drawnAt: [number, number] | null,
): [number, number][] {
  const tail = tails.places.get(slot) ?? [];
  return drawnAt ? [...tail.slice(0, -1), drawnAt] : [];
}
