/** Owns the positions of one replay as the page needs them: read ahead, kept, asked at a moment. */
import { shallowRef } from "vue";
import type { Datum } from "@/format/datum";
import type { Replay } from "@/wire/messages";
import { ChunkShelf } from "./chunk_shelf";
import { chunkAt, type ReplayClock, wantedChunks } from "./clock";
import { type Cast, Strip } from "./film";
import type { FromFilmWorker, ToFilmWorker } from "./film_worker";
import FilmWorker from "./film_worker?worker";

export interface Film {
  readonly cast: Cast;
  readonly fromS: number;
  /** Indices of the chunks that are here. */
  readonly loaded: { readonly value: readonly number[] };
  /** Code of what went wrong last; null: all is well. `gone`: it stays so. */
  readonly trouble: { readonly value: { code: string; gone: boolean } | null };
  /** Ask for what this clock will show. */
  want(clock: ReplayClock): void;
  /** Whether a moment can be shown: what lies behind it is needed, too. */
  isReady(atS: number): boolean;
  /** The fixes around a moment, from so many chunks before it. */
  strip(atS: number, chunksBefore?: number): Strip;
  close(): void;
}

const tenths = (at: string, fromS: number): number => Math.round(Date.parse(at) / 100 - fromS * 10);

export function castOf(replay: Replay, origin: readonly [number, number]): Cast {
  const fromS = Date.parse(replay.fromAt) / 1000;
  return {
    slots: replay.workers.length,
    origin,
    duty: replay.workers.map((worker) =>
      worker.duty.flatMap((span) => [tenths(span.fromAt, fromS), tenths(span.toAt, fromS)]),
    ),
    dutyTold: replay.workers.map((worker) => worker.dutyTold),
  };
}

export function openFilm(
  replay: Replay,
  origin: readonly [number, number],
  datum: Datum,
  onChunk: () => void,
): Film {
  const cast = castOf(replay, origin);
  const fromS = Date.parse(replay.fromAt) / 1000;
  const shelf = new ChunkShelf();
  const loaded = shallowRef<readonly number[]>([]);
  const trouble = shallowRef<{ code: string; gone: boolean } | null>(null);
  const worker = new FilmWorker();
  let asked = "";
  let near = 0;

  const tell = (message: ToFilmWorker): void => worker.postMessage(message);
  const at = (atS: number): number => chunkAt(atS, replay.chunkS, replay.chunks);

  worker.onmessage = ({ data }: MessageEvent<FromFilmWorker>) => {
    if (data.kind === "failed") {
      trouble.value = data;
      return;
    }
    trouble.value = null;
    shelf.put(data.index, data.columns, near);
    loaded.value = shelf.indices;
    onChunk();
  };
  const frame = { slots: cast.slots, fromS, origin: cast.origin, datum };
  tell({ kind: "open", replayId: replay.replayId, frame });

  return {
    cast,
    fromS,
    loaded,
    trouble,
    want(clock) {
      near = at(clock.atS);
      const chunks = wantedChunks(clock, replay.chunkS).filter((index) => !shelf.has(index));
      const wish = chunks.join();
      if (wish === asked) return;
      asked = wish;
      tell({ kind: "want", chunks });
    },
    isReady(atS) {
      const now = at(atS);
      return shelf.has(now) && (now === 0 || shelf.has(now - 1));
    },
    strip(atS, chunksBefore = 1) {
      const now = at(atS);
      const parts = Array.from({ length: chunksBefore + 2 }, (_, part) =>
        shelf.get(now - chunksBefore + part),
      );
      return new Strip(parts);
    },
    close() {
      worker.terminate();
      shelf.clear();
    },
  };
}
