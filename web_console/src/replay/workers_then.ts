/** Owns the roster of a replay as the map reads it: who stands for which slot, with the grids then. */
import type { LiveWorker, Replay, ReplayWorker } from "@/wire/messages";

export interface WorkersThen {
  readonly byId: ReadonlyMap<number, LiveWorker>;
  readonly bySlot: ReadonlyMap<number, LiveWorker>;
  /** Until when the same grids are held, Unix milliseconds. */
  readonly untilMs: number;
  readonly sinceMs: number;
  readonly of: Replay | null;
}

const NOBODY: WorkersThen = {
  byId: new Map(),
  bySlot: new Map(),
  untilMs: Number.NEGATIVE_INFINITY,
  sinceMs: 0,
  of: null,
};
let last: WorkersThen = NOBODY;

const gridsThen = (worker: ReplayWorker, nowMs: number): string[] =>
  worker.grids
    .filter((grid) => Date.parse(grid.fromAt) <= nowMs && nowMs < Date.parse(grid.toAt))
    .map((grid) => grid.code);

/** The same value as long as nobody's grids change: layers look at it for news. */
export function workersThen(replay: Replay | null, nowMs: number): WorkersThen {
  if (!replay) return NOBODY;
  if (last.of === replay && nowMs >= last.sinceMs && nowMs < last.untilMs) return last;
  const edges = replay.workers
    .flatMap((worker) => worker.grids.flatMap((grid) => [grid.fromAt, grid.toAt]))
    .map((at) => Date.parse(at));
  const rows = replay.workers.map((worker) => ({
    slot: worker.slot,
    workerId: worker.workerId,
    code: worker.code,
    name: worker.name,
    kind: worker.kind,
    groupCode: worker.groupCode,
    gridCodes: gridsThen(worker, nowMs),
    cause: null,
    battery: null,
  }));
  const [past, coming] = [edges.filter((at) => at <= nowMs), edges.filter((at) => at > nowMs)];
  last = {
    byId: new Map(rows.map((row) => [row.workerId, row])),
    bySlot: new Map(rows.map((row) => [row.slot, row])),
    sinceMs: past.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
    untilMs: coming.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
    of: replay,
  };
  return last;
}
