/** Owns which one mark a worker's state byte is shown as: the gravest of what is true. Pure. */
import type { MarkKind } from "@/map/palette";
import { FRAME_PRESENCE_MASK, FrameState, Presence } from "@/wire/constants";

export function markOf(state: number): MarkKind {
  if (state & FrameState.DURESS) return "duress";
  const presence = state & FRAME_PRESENCE_MASK;
  if (presence === Presence.SILENT) return "silent";
  if (presence === Presence.STALE) return "stale";
  if (state & FrameState.ON_ORDER) return "on_order";
  return state & FrameState.OUTSIDE_OWN_GRID ? "outside" : "online";
}

export type PresenceName = "off_duty" | "online" | "stale" | "silent";
const PRESENCE_NAMES: readonly PresenceName[] = ["off_duty", "online", "stale", "silent"];

export const presenceName = (state: number): PresenceName =>
  PRESENCE_NAMES[state & FRAME_PRESENCE_MASK] ?? "off_duty";
