/**
 * Owns the layout of a replay's binary chunk and its unfolding into columns by worker.
 * Layout: console_server/replay/chunk.py. Runs in the film worker; what the columns mean on
 * screen is `film.ts`. Pure.
 */
import { type Datum, toMapDatum } from "@/format/datum";

export const CHUNK_MAGIC = 0x47420101;
const HEADER_BYTES = 32;
const RUN_BYTES = 16;
const FIX_BYTES = 7;
const PLACES = 1e6;

export class ChunkError extends Error {}

export interface ChunkFrame {
  /** How many slots there are, and what lies where. */
  readonly slots: number;
  /** Unix seconds at which the replay starts: times are tenths of a second since then. */
  readonly fromS: number;
  /** Places are offsets in degrees from here, in the map's datum: 32 bits keep centimetres. */
  readonly origin: readonly [lon: number, lat: number];
  readonly datum: Datum;
}

/** Fixes of one chunk: those of slot `s` are rows `first[s]` to `first[s + 1]`, by time. */
export interface ChunkColumns {
  readonly first: Uint32Array;
  readonly atDs: Uint32Array;
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly marks: Uint8Array;
  /** Fixes before thinning. */
  readonly recorded: number;
}

interface Layout {
  readonly runs: number;
  readonly fixes: number;
  readonly recorded: number;
  readonly startS: number;
}

function readHeader(buffer: ArrayBuffer): Layout {
  if (buffer.byteLength < HEADER_BYTES) throw new ChunkError("chunk without a header");
  const header = new DataView(buffer);
  if (header.getUint32(0, true) !== CHUNK_MAGIC) throw new ChunkError("chunk of another version");
  const [runs, fixes] = [header.getUint32(4, true), header.getUint32(8, true)];
  if (buffer.byteLength !== HEADER_BYTES + runs * RUN_BYTES + fixes * FIX_BYTES) {
    throw new ChunkError("chunk of another length");
  }
  return {
    runs,
    fixes,
    recorded: header.getUint32(12, true),
    startS: header.getFloat64(16, true),
  };
}

export function readChunk(buffer: ArrayBuffer, frame: ChunkFrame): ChunkColumns {
  const { runs, fixes, recorded, startS } = readHeader(buffer);
  const run = (index: number): number => HEADER_BYTES + index * 4 * runs;
  const fix = (index: number): number => HEADER_BYTES + RUN_BYTES * runs + index * 2 * fixes;
  const slot = new Uint32Array(buffer, run(0), runs);
  const count = new Uint32Array(buffer, run(1), runs);
  const lonE6 = new Int32Array(buffer, run(2), runs);
  const latE6 = new Int32Array(buffer, run(3), runs);
  const steps = {
    at: new Uint16Array(buffer, fix(0), fixes),
    lon: new Int16Array(buffer, fix(1), fixes),
    lat: new Int16Array(buffer, fix(2), fixes),
  };
  const columns = {
    first: new Uint32Array(frame.slots + 1),
    atDs: new Uint32Array(fixes),
    x: new Float32Array(fixes),
    y: new Float32Array(fixes),
    marks: new Uint8Array(buffer.slice(fix(3), fix(3) + fixes)),
    recorded,
  };
  const baseDs = Math.round((startS - frame.fromS) * 10);
  let row = 0;
  for (let each = 0; each < runs; each += 1) {
    let [at, lon, lat] = [baseDs, lonE6[each] ?? 0, latE6[each] ?? 0];
    const end = row + (count[each] ?? 0);
    for (; row < end; row += 1) {
      at += steps.at[row] ?? 0;
      lon += steps.lon[row] ?? 0;
      lat += steps.lat[row] ?? 0;
      columns.atDs[row] = at;
      const [mapLon, mapLat] = toMapDatum(frame.datum, [lon / PLACES, lat / PLACES]);
      columns.x[row] = mapLon - frame.origin[0];
      columns.y[row] = mapLat - frame.origin[1];
    }
    columns.first[(slot[each] ?? 0) + 1] = end;
  }
  // Slots without a fix end where the one before them did.
  for (let each = 1; each <= frame.slots; each += 1) {
    columns.first[each] = Math.max(columns.first[each] ?? 0, columns.first[each - 1] ?? 0);
  }
  return columns;
}

/** Memory that a chunk takes, bytes. */
export const sizeOf = (columns: ChunkColumns): number =>
  columns.atDs.length * 13 + columns.first.length * 4;
