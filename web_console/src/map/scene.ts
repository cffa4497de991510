/**
 * Owns what a map shows as its layers find it: fleet, workers, incidents, and the clock that they
 * are seen by. The live state, unless the page around the map provides another one.
 */
import { type InjectionKey, inject } from "vue";
import type { FleetView } from "@/state/fleet_view";
import { useClock } from "@/stores/clock";
import { useLive } from "@/stores/live";
import type { IncidentSummary, LiveWorker } from "@/wire/messages";

export type Path = [lon: number, lat: number][];

export interface Scene {
  readonly fleet: FleetView | null;
  readonly workers: ReadonlyMap<number, LiveWorker>;
  readonly workerBySlot: ReadonlyMap<number, LiveWorker>;
  readonly incidents: ReadonlyMap<string, IncidentSummary>;
  /** How many incidents are late: markers are dressed anew when it changes. */
  readonly overdue: number;
  readonly nowMs: number;
  /** Without a graphics card the workers are drawn so often and no more; 0: with every view. */
  readonly calmMs: number;
  /** The way that led a worker here, in pieces where nothing is known in between. */
  readonly tail?: (slot: number) => Path[];
}

export const SCENE: InjectionKey<Scene> = Symbol("scene");

export const useScene = (): Scene => inject(SCENE, liveScene, true);

function liveScene(): Scene {
  const live = useLive();
  const clock = useClock();
  return {
    get fleet() {
      return live.fleet;
    },
    get workers() {
      return live.state.workers;
    },
    get workerBySlot() {
      return live.state.workerBySlot;
    },
    get incidents() {
      return live.state.incidents;
    },
    get overdue() {
      return live.counts.overdue;
    },
    get nowMs() {
      return clock.nowMs;
    },
    calmMs: 1_000,
  };
}
