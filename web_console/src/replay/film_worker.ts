/**
 * Owns reading the chunks of a replay off the main thread: fetches those that are wanted, the most
 * urgent first, unfolds them, and posts their columns (transferred, not copied). Keeps none.
 */
import { ProblemError } from "@/wire/http";
import { type ChunkColumns, type ChunkFrame, readChunk } from "./chunk";

export type ToFilmWorker =
  | { readonly kind: "open"; readonly replayId: number; readonly frame: ChunkFrame }
  /** All that are wanted now and not yet there; what is no longer in it is dropped. */
  | { readonly kind: "want"; readonly chunks: readonly number[] };

export type FromFilmWorker =
  | { readonly kind: "chunk"; readonly index: number; readonly columns: ChunkColumns }
  /** `gone`: it will not get better by itself. */
  | { readonly kind: "failed"; readonly code: string; readonly gone: boolean };

const AT_ONCE = 2;
const RETRY_MS = 2_000;
const scope = self as unknown as DedicatedWorkerGlobalScope;

let replayId = 0;
let frame: ChunkFrame | null = null;
let wanted: readonly number[] = [];
const running = new Map<number, AbortController>();

const post = (message: FromFilmWorker, transfer: Transferable[] = []): void =>
  scope.postMessage(message, { transfer });

async function read(index: number, signal: AbortSignal): Promise<ArrayBuffer> {
  const response = await fetch(`/api/replay/${replayId}/chunks/${index}`, { signal });
  if (response.ok) return response.arrayBuffer();
  throw new ProblemError(response.status, `status_${response.status}`);
}

async function fetchChunk(index: number, of: ChunkFrame): Promise<void> {
  const abort = new AbortController();
  running.set(index, abort);
  try {
    const columns = readChunk(await read(index, abort.signal), of);
    if (of !== frame) return;
    wanted = wanted.filter((each) => each !== index);
    const { first, atDs, x, y, marks } = columns;
    post(
      { kind: "chunk", index, columns },
      [first, atDs, x, y, marks].map((column) => column.buffer),
    );
  } catch (error) {
    if (!abort.signal.aborted) await fail(error);
  } finally {
    running.delete(index);
    next();
  }
}

async function fail(error: unknown): Promise<void> {
  const { status, code } =
    error instanceof ProblemError ? error : { status: 0, code: "unreachable" };
  const gone = status >= 400 && status < 500;
  post({ kind: "failed", code, gone });
  if (gone) wanted = [];
  await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
}

function next(): void {
  if (!frame) return;
  for (const index of wanted) {
    if (running.size >= AT_ONCE) return;
    if (!running.has(index)) void fetchChunk(index, frame);
  }
}

scope.onmessage = (event: MessageEvent<ToFilmWorker>) => {
  const message = event.data;
  if (message.kind === "open") {
    replayId = message.replayId;
    frame = message.frame;
    wanted = [];
  } else {
    wanted = message.chunks;
  }
  for (const [index, abort] of running) if (!wanted.includes(index)) abort.abort();
  next();
};
