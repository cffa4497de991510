/** Owns whether a worker's handset is likely to be there, from what the live map knows. */
import { computed } from "vue";
import { presenceName } from "@/state/marks";
import { useClock } from "@/stores/clock";
import { useLive } from "@/stores/live";

export function useReach(workerId: () => number) {
  const live = useLive();
  const clock = useClock();

  /** `presence` null: this console does not see the worker. */
  return computed(() => {
    const slot = live.state.workers.get(workerId())?.slot;
    const view = live.fleet;
    if (slot === undefined || !view || slot >= view.capacity) return { presence: null, silentS: 0 };
    const fixedAt = view.fixedAt[slot] ?? 0;
    const silentS = fixedAt ? clock.nowMs / 1000 - fixedAt : 0;
    return { presence: presenceName(view.state[slot] ?? 0), silentS };
  });
}
