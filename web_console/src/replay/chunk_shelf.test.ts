import { describe, expect, it } from "vitest";
import type { ChunkColumns } from "./chunk";
import { ChunkShelf } from "./chunk_shelf";

const columns = (fixes: number): ChunkColumns => ({
  first: new Uint32Array(0),
  atDs: new Uint32Array(fixes),
  x: new Float32Array(fixes),
  y: new Float32Array(fixes),
  marks: new Uint8Array(fixes),
  recorded: fixes,
});

describe("the shelf", () => {
  it("lets go of what is farthest from the clock", () => {
    const shelf = new ChunkShelf(13 * 100 * 6);
    for (let index = 0; index < 10; index += 1) shelf.put(index, columns(100), index);
    expect(shelf.indices).toEqual([4, 5, 6, 7, 8, 9]);
    shelf.put(3, columns(100), 3);
    expect(shelf.has(9)).toBe(false);
    expect(shelf.has(3)).toBe(true);
  });

  it("keeps what is shown even when that is too much", () => {
    const shelf = new ChunkShelf(1);
    for (let index = 0; index < 5; index += 1) shelf.put(index, columns(100), 2);
    expect(shelf.indices).toEqual([0, 1, 2, 3, 4]);
  });

  it("counts a chunk that comes again once", () => {
    const shelf = new ChunkShelf(13 * 100 * 6);
    for (let index = 0; index < 6; index += 1) shelf.put(index, columns(100), 0);
    shelf.put(5, columns(100), 5);
    expect(shelf.indices).toHaveLength(6);
  });
});
