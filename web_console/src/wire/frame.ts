/**
 * Owns the layout of the binary position frame: typed views on the received bytes, no copy.
 * Layout: telemetry_ingest/wire/live.py. What the columns do to the fleet: `state/fleet.ts`.
 */
import { FRAME_HEADER_BYTES, FRAME_MAGIC } from "./constants";

export interface PositionFrame {
  readonly count: number;
  /** Unix seconds of the server's clock. */
  readonly serverTime: number;
  readonly slot: Uint32Array;
  /** Degrees WGS-84 × 10⁷. */
  readonly lonE7: Int32Array;
  readonly latE7: Int32Array;
  /** Unix seconds; 0: no fix in this duty period. */
  readonly fixedAt: Uint32Array;
  readonly state: Uint8Array;
  readonly course2deg: Uint8Array;
}

const BYTES_PER_WORKER = 4 * 4 + 2;

export class FrameError extends Error {}

export function readFrame(buffer: ArrayBuffer): PositionFrame {
  if (buffer.byteLength < FRAME_HEADER_BYTES) throw new FrameError("frame without a header");
  const header = new DataView(buffer);
  if (header.getUint32(0, true) !== FRAME_MAGIC) throw new FrameError("frame of another version");
  const count = header.getUint32(4, true);
  const expected = FRAME_HEADER_BYTES + count * BYTES_PER_WORKER;
  if (buffer.byteLength !== expected) throw new FrameError("frame of another length");
  const column = (index: number): number => FRAME_HEADER_BYTES + index * 4 * count;
  return {
    count,
    serverTime: header.getFloat64(8, true),
    slot: new Uint32Array(buffer, column(0), count),
    lonE7: new Int32Array(buffer, column(1), count),
    latE7: new Int32Array(buffer, column(2), count),
    fixedAt: new Uint32Array(buffer, column(3), count),
    state: new Uint8Array(buffer, column(4), count),
    course2deg: new Uint8Array(buffer, column(4) + count, count),
  };
}
