/** Owns which grids have nobody online in them now. Pure. */
import { FRAME_PRESENCE_MASK, Presence } from "@/wire/constants";
import { type FleetView, placeOf } from "./fleet_view";
import { type GridIndex, type GridShape, gridAt } from "./grids";

/** Grids in which no online worker is, by where workers are and not by where they belong. */
export function coverageHoles(grids: GridIndex, view: FleetView, nowMs: number): GridShape[] {
  const covered = new Set<string>();
  for (let slot = 0; slot < view.capacity; slot += 1) {
    if (((view.state[slot] ?? 0) & FRAME_PRESENCE_MASK) !== Presence.ONLINE) continue;
    const place = placeOf(view, slot, nowMs);
    const grid = place ? gridAt(grids, place[0], place[1]) : null;
    if (grid) covered.add(grid.code);
  }
  return grids.shapes.filter((shape) => !covered.has(shape.code));
}
