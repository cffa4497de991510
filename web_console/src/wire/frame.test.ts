import { describe, expect, it } from "vitest";
import contract from "../../../tests/contracts/position_frame.json";
import { FRAME_MAGIC } from "./constants";
import { FrameError, readFrame } from "./frame";

function bytes(hex: string): ArrayBuffer {
  const pairs = hex.match(/../g) ?? [];
  return new Uint8Array(pairs.map((pair) => Number.parseInt(pair, 16))).buffer;
}

describe("position frame", () => {
  for (const frame of contract.frames) {
    it(`reads the golden frame: ${frame.name}`, () => {
      const read = readFrame(bytes(frame.hex));
      expect({
        serverTime: read.serverTime,
        slot: [...read.slot],
        lon_e7: [...read.lonE7],
        lat_e7: [...read.latE7],
        fixed_at: [...read.fixedAt],
        state: [...read.state],
        course_2deg: [...read.course2deg],
      }).toEqual({ serverTime: frame.server_time_s, ...frame.columns });
    });
  }

  it("has the magic of the contract", () => {
    expect(FRAME_MAGIC).toBe(contract.magic);
  });

  it("refuses another version, another length, and no header", () => {
    const good = new Uint8Array(bytes(contract.frames[1]?.hex ?? ""));
    const version = good.slice();
    version[0] = 9;
    expect(() => readFrame(version.buffer)).toThrow(FrameError);
    expect(() => readFrame(good.slice(0, -1).buffer)).toThrow(FrameError);
    expect(() => readFrame(new ArrayBuffer(3))).toThrow(FrameError);
  });
});
