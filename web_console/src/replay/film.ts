/**
 * Owns what the recorded fixes mean at one moment of a replay: where each worker is drawn, in
 * which state, and where that one will be a little later. Pure.
 *
 * Between two fixes a mark glides only where the way between is known: they lie no further apart
 * than a worker counts as online without a fix, neither is doubtful, and nobody leaps. Otherwise it
 * stays at the last fix, turns stale, then silent, and is gone when nobody can say where it is.
 */
import { countFleet, type FleetView } from "@/state/fleet_view";
import { COURSE_UNKNOWN, ONLINE_WITHIN_S, Presence, STALE_WITHIN_S } from "@/wire/constants";
import type { ChunkColumns } from "./chunk";

/** A mark of `console_server.replay.fixes.ReplayMark`; the others are those of the live frame. */
export const DOUBTFUL = 64;
/** A silent worker's last place is drawn so long, and then no more: no longer than a chunk. */
export const GONE_AFTER_S = 600;
const LEAP_DEG = 0.006;
/** A shorter step is the noise of the receiver, not a heading. */
const HEADING_MIN_DEG = 0.000015;

export interface Cast {
  readonly slots: number;
  readonly origin: readonly [lon: number, lat: number];
  /** On duty by slot: tenths of a second since the start, `[from, to, from, to, …]`. */
  readonly duty: readonly (readonly number[])[];
  /** By slot: whether the handset itself told its duty. */
  readonly dutyTold: readonly boolean[];
}

const NONE: ChunkColumns = {
  first: new Uint32Array(0),
  atDs: new Uint32Array(0),
  x: new Float32Array(0),
  y: new Float32Array(0),
  marks: new Uint8Array(0),
  recorded: 0,
};

/**
 * The fixes of one slot in chunks that follow each other, as one row of fixes. It is asked some ten
 * thousand times for each picture: it copies nothing and makes nothing.
 */
export class Strip {
  private readonly parts: readonly ChunkColumns[];
  /** Of each part: where the slot's fixes begin in it, and the row at which they begin and end. */
  private readonly begins: Int32Array;
  private readonly rows: Int32Array;
  length = 0;

  constructor(parts: readonly (ChunkColumns | undefined)[]) {
    this.parts = parts.map((part) => part ?? NONE);
    this.begins = new Int32Array(parts.length);
    this.rows = new Int32Array(parts.length + 1);
  }

  /** Speak of this slot from now on. */
  turn(slot: number): this {
    let row = 0;
    for (let part = 0; part < this.parts.length; part += 1) {
      const first = (this.parts[part] as ChunkColumns).first;
      const begin = first[slot] ?? 0;
      this.begins[part] = begin;
      row += (first[slot + 1] ?? begin) - begin;
      this.rows[part + 1] = row;
    }
    this.length = row;
    return this;
  }

  /** The part that holds a row. */
  private partOf(row: number): number {
    let part = 0;
    while (row >= (this.rows[part + 1] as number)) part += 1;
    return part;
  }

  private indexIn(part: number, row: number): number {
    return (this.begins[part] as number) + row - (this.rows[part] as number);
  }

  at(row: number): number {
    const part = this.partOf(row);
    return (this.parts[part] as ChunkColumns).atDs[this.indexIn(part, row)] as number;
  }

  x(row: number): number {
    const part = this.partOf(row);
    return (this.parts[part] as ChunkColumns).x[this.indexIn(part, row)] as number;
  }

  y(row: number): number {
    const part = this.partOf(row);
    return (this.parts[part] as ChunkColumns).y[this.indexIn(part, row)] as number;
  }

  marks(row: number): number {
    const part = this.partOf(row);
    return (this.parts[part] as ChunkColumns).marks[this.indexIn(part, row)] as number;
  }

  /** The last row at or before an instant; -1: there is none. */
  before(atDs: number): number {
    for (let part = this.parts.length - 1; part >= 0; part -= 1) {
      const [from, to] = [this.rows[part] as number, this.rows[part + 1] as number];
      const { atDs: times } = this.parts[part] as ChunkColumns;
      const begin = this.begins[part] as number;
      if (to === from || (times[begin] as number) > atDs) continue;
      let [low, high] = [begin + 1, begin + to - from];
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((times[middle] as number) <= atDs) low = middle + 1;
        else high = middle;
      }
      return from + low - 1 - begin;
    }
    return -1;
  }

  /** Whether the way from a row to the next one is known. */
  glides(row: number): boolean {
    if (row < 0 || row + 1 >= this.length) return false;
    if (this.at(row + 1) - this.at(row) > ONLINE_WITHIN_S * 10) return false;
    if ((this.marks(row) | this.marks(row + 1)) & DOUBTFUL) return false;
    return Math.hypot(this.x(row + 1) - this.x(row), this.y(row + 1) - this.y(row)) <= LEAP_DEG;
  }

  /** Where one is drawn at an instant for which `row` is the last fix. */
  place(row: number, atDs: number): [x: number, y: number] {
    const [x, y] = [this.x(row), this.y(row)];
    if (!this.glides(row)) return [x, y];
    const share = (atDs - this.at(row)) / Math.max(1, this.at(row + 1) - this.at(row));
    return [x + (this.x(row + 1) - x) * share, y + (this.y(row + 1) - y) * share];
  }
}

export function isOnDuty(cast: Cast, slot: number, atDs: number, ageS: number): boolean {
  const spans = cast.duty[slot] ?? [];
  for (let each = 0; each + 1 < spans.length; each += 2) {
    if (atDs >= (spans[each] ?? 0) && atDs < (spans[each + 1] ?? 0)) return true;
  }
  // Nothing is recorded off duty: whoever has a fix was on duty, whatever had been planned.
  return !cast.dutyTold[slot] && ageS <= STALE_WITHIN_S;
}

export function presenceThen(onDuty: boolean, ageS: number): number {
  if (!onDuty) return Presence.OFF_DUTY;
  if (ageS <= ONLINE_WITHIN_S) return Presence.ONLINE;
  return ageS <= STALE_WITHIN_S ? Presence.STALE : Presence.SILENT;
}

function courseOf(strip: Strip, row: number, squeeze: number): number {
  if (!strip.glides(row)) return COURSE_UNKNOWN;
  const north = strip.y(row + 1) - strip.y(row);
  const east = (strip.x(row + 1) - strip.x(row)) * squeeze;
  if (Math.hypot(north, east) < HEADING_MIN_DEG) return COURSE_UNKNOWN;
  return (Math.round(((Math.atan2(east, north) * 180) / Math.PI + 360) / 2) + 180) % 180;
}

/** Where a mark glides until `untilDs`: along what is known, else it stays. */
function ahead(strip: Strip, row: number, untilDs: number): [number, number] | null {
  const last = strip.before(untilDs);
  for (let each = row; each < last; each += 1) if (!strip.glides(each)) return null;
  return strip.place(last, untilDs);
}

export interface Moment {
  /** Tenths of a second since the start of the replay. */
  readonly atDs: number;
  /** The view is good for so much of the replay, tenths of a second; 0: it stands still. */
  readonly aheadDs: number;
  /** What that takes on this computer's clock, seconds. */
  readonly aheadS: number;
  /** This computer's clock now, milliseconds. */
  readonly epochMs: number;
  /** Unix seconds of the start of the replay. */
  readonly fromS: number;
}

/** The fleet as the map draws it at a moment. `flags`: orders and calls for help then, by slot. */
export function viewFilm(strip: Strip, cast: Cast, flags: Uint8Array, moment: Moment): FleetView {
  const { slots } = cast;
  const squeeze = Math.cos((cast.origin[1] * Math.PI) / 180);
  const path = new Float32Array(slots * 4);
  const left = new Float32Array(slots);
  const look = new Float32Array(slots * 2);
  const fixedAt = new Uint32Array(slots);
  const state = new Uint8Array(slots);
  for (let slot = 0; slot < slots; slot += 1) {
    strip.turn(slot);
    const row = strip.before(moment.atDs);
    const ageS = row < 0 ? Number.POSITIVE_INFINITY : (moment.atDs - strip.at(row)) / 10;
    const presence = presenceThen(isOnDuty(cast, slot, moment.atDs, ageS), ageS);
    const known = row < 0 ? 0 : strip.marks(row) & ~DOUBTFUL;
    state[slot] = presence | (presence ? known | (flags[slot] ?? 0) : 0);
    look[slot * 2 + 1] = COURSE_UNKNOWN;
    if (row < 0) continue;
    fixedAt[slot] = Math.floor(moment.fromS + strip.at(row) / 10);
    if (!presence || ageS > GONE_AFTER_S) continue;
    look[slot * 2] = state[slot] ?? 0;
    look[slot * 2 + 1] = courseOf(strip, row, squeeze);
    const from = strip.place(row, moment.atDs);
    const to = moment.aheadDs > 0 ? ahead(strip, row, moment.atDs + moment.aheadDs) : null;
    path.set(from, slot * 4);
    path.set(to ?? from, slot * 4 + 2);
    left[slot] = to && (to[0] !== from[0] || to[1] !== from[1]) ? moment.aheadS : 0;
  }
  return {
    capacity: slots,
    origin: cast.origin,
    epochMs: moment.epochMs,
    serverTime: moment.fromS + moment.atDs / 10,
    path,
    left,
    look,
    fixedAt,
    state,
    counts: countFleet(state),
  };
}

/** The way of one slot in `[fromDs, toDs]`, in pieces: nothing is drawn where nothing is known. */
export function trailOf(
  strip: Strip,
  slot: number,
  [fromDs, toDs]: readonly [number, number],
  origin: readonly [number, number],
): [number, number][][] {
  strip.turn(slot);
  const last = strip.before(toDs);
  const pieces: [number, number][][] = [];
  let piece: [number, number][] = [];
  const put = ([x, y]: readonly [number, number]): number =>
    piece.push([origin[0] + x, origin[1] + y]);
  for (let row = Math.max(0, strip.before(fromDs)); row <= last && row >= 0; row += 1) {
    put([strip.x(row), strip.y(row)]);
    if (strip.glides(row)) continue;
    pieces.push(piece);
    piece = [];
  }
  if (last >= 0 && strip.glides(last)) put(strip.place(last, toDs));
  if (piece.length) pieces.push(piece);
  return pieces.filter((each) => each.length > 1);
}
