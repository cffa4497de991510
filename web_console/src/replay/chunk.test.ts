import { describe, expect, it } from "vitest";
import contract from "../../../tests/contracts/replay_chunk.json";
import { CHUNK_MAGIC, ChunkError, readChunk } from "./chunk";
import { DOUBTFUL } from "./film";

function bytes(hex: string): ArrayBuffer {
  const pairs = hex.match(/../g) ?? [];
  return new Uint8Array(pairs.map((pair) => Number.parseInt(pair, 16))).buffer;
}

const SLOTS = 6;
const frame = (fromS: number) => ({
  slots: SLOTS,
  fromS,
  origin: [0, 0] as const,
  datum: "wgs84" as const,
});

describe("replay chunk", () => {
  for (const chunk of contract.chunks) {
    it(`unfolds the golden chunk: ${chunk.name}`, () => {
      const read = readChunk(bytes(chunk.hex), frame(chunk.start_s - 1200));
      const rows = chunk.fixes.map(([slot = 0, at = 0, lon = 0, lat = 0, marks = 0]) => ({
        slot,
        atDs: 12_000 + Math.floor(at * 10),
        lon,
        lat,
        marks,
      }));
      expect(read.recorded).toBe(chunk.recorded);
      expect([...read.atDs]).toEqual(rows.map((row) => row.atDs));
      expect([...read.marks]).toEqual(rows.map((row) => row.marks));
      rows.forEach((row, at) => {
        expect(read.x[at]).toBeCloseTo(row.lon, 4);
        expect(read.y[at]).toBeCloseTo(row.lat, 4);
      });
      const bySlot = Array.from({ length: SLOTS }, (_, slot) => [
        ...read.atDs.slice(read.first[slot], read.first[slot + 1]),
      ]);
      expect(bySlot).toEqual(
        bySlot.map((_, slot) => rows.filter((row) => row.slot === slot).map((row) => row.atDs)),
      );
    });
  }

  it("keeps centimetres near its origin", () => {
    const chunk = contract.chunks[1];
    const read = readChunk(bytes(chunk?.hex ?? ""), { ...frame(0), origin: [118.5, 32] });
    expect(read.x[0]).toBeCloseTo(0.043211, 7);
    expect(read.y[0]).toBeCloseTo(0.012346, 7);
  });

  it("has the constants of the contract", () => {
    expect(CHUNK_MAGIC).toBe(contract.magic);
    expect(DOUBTFUL).toBe(contract.doubtful);
  });

  it("refuses another version, another length, and no header", () => {
    const good = new Uint8Array(bytes(contract.chunks[1]?.hex ?? ""));
    const version = good.slice();
    version[0] = 9;
    expect(() => readChunk(version.buffer, frame(0))).toThrow(ChunkError);
    expect(() => readChunk(good.slice(0, -1).buffer, frame(0))).toThrow(ChunkError);
    expect(() => readChunk(new ArrayBuffer(3), frame(0))).toThrow(ChunkError);
  });
});
