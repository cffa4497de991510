/**
 * Owns one replay page: the period that is open, the clock that runs over it, and the scene that
 * the map draws from both. What the parts mean is in `film.ts`, `clock.ts`, `incidents_then.ts`.
 */
import { computed, type InjectionKey, inject, onScopeDispose, ref, shallowRef, watch } from "vue";
import { isCalm } from "@/map/graphics";
import type { Scene } from "@/map/scene";
import type { FleetView } from "@/state/fleet_view";
import type { GridIndex } from "@/state/grids";
import { useGeography } from "@/stores/geography";
import { useInstallation } from "@/stores/installation";
import { useSelection } from "@/stores/selection";
import * as endpoints from "@/wire/endpoints";
import type { IncidentSummary, Replay, ReplayDensity } from "@/wire/messages";
import {
  newClock,
  pause,
  type ReplayClock,
  seek,
  setSpeed,
  shiftSpeed,
  stepBy,
  tick,
  toggle,
} from "./clock";
import { trailOf, viewFilm } from "./film";
import { changesOf, countThen, epochOf, flagsThen, incidentsThen } from "./incidents_then";
import type { ReplayPlace } from "./links";
import { aheadMs, isDue, newPace, paced } from "./pace";
import { type Film, openFilm } from "./useFilm";
import { workersThen } from "./workers_then";

/** Panels and the timeline follow so often; without a graphics card, with the views. */
const SHOWN_MS = 100;
export const TRAIL_S = 900;
const SOMEWHERE_IN_CHINA = [104, 36] as const;

export type ReplayPage = ReturnType<typeof useReplay>;
export const REPLAY: InjectionKey<ReplayPage> = Symbol("replay");
export function usePage(): ReplayPage {
  const page = inject(REPLAY);
  if (!page) throw new Error("a part of the replay stands outside of its page");
  return page;
}

export function useReplay() {
  const geography = useGeography();
  const place = useInstallation();
  const selection = useSelection();
  const replay = shallowRef<Replay | null>(null);
  const density = shallowRef<ReplayDensity | null>(null);
  const film = shallowRef<Film | null>(null);
  const loading = ref(false);
  const failure = shallowRef<unknown>(null);
  const follow = ref(false);
  /** The borders of the moment that is shown. */
  const grids = shallowRef<GridIndex | null>(null);
  const fleet = shallowRef<FleetView | null>(null);
  const incidents = shallowRef<ReadonlyMap<string, IncidentSummary>>(new Map());
  /** What panels show: the clock itself runs finer. */
  const shown = shallowRef<ReplayClock>(newClock(0));
  let clock: ReplayClock = shown.value;
  let changes: Float64Array = new Float64Array(0);
  let epoch = -1;
  let flags: Uint8Array = new Uint8Array(0);
  let slotOf = new Map<number, number>();
  let [tickedMs, viewedMs, shownMs] = [0, 0, 0];
  let pace = newPace(isCalm());
  /** What was drawn last is not what the clock says: it will be, however many turns come. */
  let dirty = false;
  let handle = 0;

  const msOf = (atS: number): number => ((film.value?.fromS ?? 0) + atS) * 1000;
  const nowMs = computed(() => msOf(shown.value.atS));
  const counts = computed(() => countThen(incidents.value.values(), nowMs.value));
  /** The end itself belongs to no duty and to no grid any more. */
  const lastMs = computed(() => Date.parse(replay.value?.toAt ?? "") - 1);
  const workers = computed(() => workersThen(replay.value, Math.min(nowMs.value, lastMs.value)));

  function foldIncidents(): void {
    const told = replay.value?.incidents ?? [];
    const ms = msOf(clock.atS);
    const now = epochOf(changes, ms);
    if (now === epoch) return;
    epoch = now;
    incidents.value = incidentsThen(told, ms);
    flags = flagsThen(incidents.value.values(), slotOf, slotOf.size);
  }

  function view(ms: number): void {
    const from = film.value;
    if (!from) return;
    [viewedMs, dirty] = [ms, false];
    foldIncidents();
    const moves = clock.playing && !clock.waiting;
    const aheadS = moves ? aheadMs(pace) / 1000 : 0;
    fleet.value = viewFilm(from.strip(clock.atS), from.cast, flags, {
      atDs: Math.min(clock.atS, clock.lengthS - 0.1) * 10,
      aheadDs: aheadS * clock.speed * 10,
      aheadS,
      epochMs: performance.timeOrigin + performance.now(),
      fromS: from.fromS,
    });
  }

  function show(ms: number): void {
    shownMs = ms;
    shown.value = clock;
    film.value?.want(clock);
  }

  function run(ms: number): void {
    handle = requestAnimationFrame(run);
    const from = film.value;
    if (!from) return;
    const before = clock;
    clock = tick(clock, (ms - tickedMs) / 1000, from.isReady);
    pace = paced(pace, ms - tickedMs);
    tickedMs = ms;
    const turned = clock.playing !== before.playing || clock.waiting !== before.waiting;
    const due = isDue(pace, ms - viewedMs);
    const views = turned || (dirty && (due || !pace.calm)) || (clock.playing && due);
    if (views) view(ms);
    const follows = pace.calm ? views : ms - shownMs >= SHOWN_MS;
    if (turned || (clock !== shown.value && follows)) show(ms);
  }

  /** A person turned the clock: it shows at once, and where pictures are dear with the next one. */
  function turn(next: ReplayClock): void {
    clock = next;
    dirty = true;
    if (!pace.calm) show(performance.now());
  }

  async function open(asked: ReplayPlace): Promise<void> {
    close();
    loading.value = true;
    failure.value = null;
    try {
      await geography.load();
      const [from, to] = [new Date(asked.fromMs), new Date(asked.toMs)];
      start(await endpoints.fetchReplay(from, to, asked.area), asked);
    } catch (error) {
      failure.value = error;
    } finally {
      loading.value = false;
    }
  }

  function start(opened: Replay, asked: ReplayPlace): void {
    replay.value = opened;
    changes = changesOf(opened.incidents);
    epoch = -1;
    slotOf = new Map(opened.workers.map((worker) => [worker.workerId, worker.slot]));
    const bounds = geography.grids?.bounds;
    const origin = bounds
      ? ([(bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2] as const)
      : SOMEWHERE_IN_CHINA;
    film.value = openFilm(opened, origin, place.mapDatum, () => {
      dirty = true;
    });
    const lengthS = (Date.parse(opened.toAt) - Date.parse(opened.fromAt)) / 1000;
    const atS = asked.atMs === null ? 0 : asked.atMs / 1000 - film.value.fromS;
    turn(newClock(lengthS, atS, asked.speed));
    show(performance.now());
    selection.selectIncident(asked.incidentId);
    selection.selectWorker(asked.workerId);
    follow.value = asked.follow && asked.workerId !== null;
    endpoints
      .fetchReplayDensity(opened.replayId)
      .then((found) => {
        if (replay.value !== opened) return;
        density.value = found;
        if (asked.atMs === null) skipSilence(found);
      })
      .catch(() => undefined); // the timeline is usable without its bars
  }

  /** Whoever asked for no moment, and has not touched the clock, begins where something is. */
  function skipSilence(found: ReplayDensity): void {
    const first = found.fixes.findIndex((count) => count > 0);
    if (first > 0 && clock.atS === 0 && !clock.playing) turn(seek(clock, first * found.binS));
  }

  function close(): void {
    film.value?.close();
    film.value = null;
    replay.value = null;
    density.value = null;
    fleet.value = null;
    grids.value = null;
    incidents.value = new Map();
  }

  watch(
    () => selection.workerId,
    (id) => {
      if (id === null) follow.value = false;
    },
  );
  handle = requestAnimationFrame(run);
  onScopeDispose(() => {
    cancelAnimationFrame(handle);
    close();
  });

  const scene: Scene = {
    get fleet() {
      return fleet.value;
    },
    get workers() {
      return workers.value.byId;
    },
    get workerBySlot() {
      return workers.value.bySlot;
    },
    get incidents() {
      return incidents.value;
    },
    get overdue() {
      return counts.value.overdue;
    },
    get nowMs() {
      return nowMs.value;
    },
    calmMs: 0,
    tail(slot) {
      const from = film.value;
      if (!from) return [];
      const span = [(clock.atS - TRAIL_S) * 10, clock.atS * 10] as const;
      return trailOf(from.strip(clock.atS, 2), slot, span, from.cast.origin);
    },
  };

  return {
    scene,
    replay,
    density,
    film,
    loading,
    failure,
    follow,
    grids,
    shown,
    nowMs,
    counts,
    incidents,
    fleet,
    open,
    close,
    toggle: () => turn(toggle(clock)),
    pause: () => turn(pause(clock)),
    seek: (atS: number) => turn(seek(clock, atS)),
    step: (byS: number) => turn(stepBy(clock, byS)),
    setSpeed: (speed: number) => turn(setSpeed(clock, speed)),
    shiftSpeed: (by: 1 | -1) => turn(shiftSpeed(clock, by)),
  };
}
