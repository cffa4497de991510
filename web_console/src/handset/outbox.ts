/**
 * Owns what waits to be sent and in which order it goes: calls for help and steps first, then the
 * track, and of one lane the oldest. An entry leaves only when its receiver has taken it (PUBACK,
 * or 2xx), so nothing is lost by a dead spot, a closed page or an empty battery. Pure but for the
 * shelf and the senders it is given.
 */
import type { Fix } from "./fixes";

export type Uplink = "status" | "report" | "progress" | "duress";
/** `urgent` goes by MQTT before `track`; `upload` by HTTP, on its own. */
export type Lane = "urgent" | "track" | "upload";
export type Entry =
  | { readonly kind: "fix"; readonly body: Fix }
  | { readonly kind: Uplink; readonly body: object }
  | { readonly kind: "visit"; readonly body: object }
  | { readonly kind: "photo"; readonly path: string; readonly picture: Blob };

export interface Waiting {
  readonly id: number;
  readonly lane: Lane;
  readonly since: number;
  readonly entry: Entry;
}

/** Where entries wait, in the order in which they came. */
export interface Shelf {
  add(lane: Lane, entry: Entry, since: number): Promise<number>;
  first(lane: Lane, count: number): Promise<Waiting[]>;
  remove(ids: readonly number[]): Promise<void>;
}

export interface Senders {
  fixes(fixes: readonly Fix[]): Promise<void>;
  message(kind: Uplink, body: object): Promise<void>;
}

export const FIXES_PER_MESSAGE = 500;

export const laneOf = (entry: Entry): Lane => {
  if (entry.kind === "fix" || entry.kind === "status") return "track";
  return entry.kind === "visit" || entry.kind === "photo" ? "upload" : "urgent";
};

/** Fixes in a row that can go in one message; anything else ends the row. */
function leadingFixes(waiting: readonly Waiting[]): readonly (Waiting & { fix: Fix })[] {
  const row: (Waiting & { fix: Fix })[] = [];
  for (const each of waiting) {
    if (each.entry.kind !== "fix") break;
    row.push({ ...each, fix: each.entry.body });
  }
  return row;
}

/**
 * Send all that waits by MQTT, the urgent first and again between batches of the track; `taken` is
 * told of each entry that is gone for good. Rejects when a sender does; what was not taken stays.
 */
export async function drain(
  shelf: Shelf,
  send: Senders,
  taken: (entry: Entry) => void = () => undefined,
): Promise<void> {
  for (;;) {
    const urgent = await shelf.first("urgent", 1);
    const waiting = urgent.length ? urgent : await shelf.first("track", FIXES_PER_MESSAGE);
    const head = waiting[0];
    if (!head) return;
    const row = leadingFixes(waiting);
    if (row.length) await send.fixes(row.map(({ fix }) => fix));
    else await message(head, send);
    const gone = row.length ? row : [head];
    await shelf.remove(gone.map(({ id }) => id));
    for (const { entry } of gone) taken(entry);
  }
}

async function message({ entry }: Waiting, send: Senders): Promise<void> {
  if (entry.kind === "fix" || entry.kind === "visit" || entry.kind === "photo") return;
  await send.message(entry.kind, entry.body);
}
