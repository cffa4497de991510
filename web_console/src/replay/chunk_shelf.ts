/** Owns which chunks of a replay are kept in memory: those nearest to the clock go last. Pure. */
import { type ChunkColumns, sizeOf } from "./chunk";

/** A shift of 300 workers fits in whole; of 2,000 some hours around the clock. */
const BYTES_MAX = 160e6;

export class ChunkShelf {
  private readonly held = new Map<number, ChunkColumns>();
  private bytes = 0;

  constructor(private readonly bytesMax = BYTES_MAX) {}

  get = (index: number): ChunkColumns | undefined => this.held.get(index);
  has = (index: number): boolean => this.held.has(index);
  get indices(): number[] {
    return [...this.held.keys()].sort((a, b) => a - b);
  }

  /** Keep a chunk, and let go of the farthest from `near` when it is too much. */
  put(index: number, columns: ChunkColumns, near: number): void {
    this.drop(index);
    this.held.set(index, columns);
    this.bytes += sizeOf(columns);
    const farthest = [...this.held.keys()].sort((a, b) => Math.abs(b - near) - Math.abs(a - near));
    for (const each of farthest) {
      if (this.bytes <= this.bytesMax || Math.abs(each - near) <= 2) return;
      this.drop(each);
    }
  }

  private drop(index: number): void {
    const columns = this.held.get(index);
    if (!columns) return;
    this.bytes -= sizeOf(columns);
    this.held.delete(index);
  }

  clear(): void {
    this.held.clear();
    this.bytes = 0;
  }
}
