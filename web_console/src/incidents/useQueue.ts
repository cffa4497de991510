/** Owns which incidents the queue shows now, which row is marked, and which are new. */
import { computed, ref, shallowRef, watch } from "vue";
import { isWaiting, queue } from "@/state/incidents";
import { useClock } from "@/stores/clock";
import { useLive } from "@/stores/live";
import { useSelection } from "@/stores/selection";

const FRESH_MS = 8_000;
/** Shared by the list and the keys. */
const markedId = ref<string | null>(null);

/** The keyboard goes with the mark: what is read out is the row that Enter opens. */
const rowOf = (id: string | null): HTMLElement | null =>
  document.querySelector(`[data-testid="incident-row"][data-incident-id="${id}"]`);

export function useQueue() {
  const live = useLive();
  const clock = useClock();
  const selection = useSelection();
  /** Overdue changes by the clock: look again every ten seconds, not every one. */
  const slowMs = computed(() => Math.floor(clock.nowMs / 10_000) * 10_000);
  const rows = computed(() => queue(live.state.incidents.values(), selection.filter, slowMs.value));
  const finished = computed(() => selection.filter.show === "finished");
  const freshIds = shallowRef<ReadonlySet<string>>(new Set());

  watch(
    () => live.arrived,
    (arrived) => {
      const newest = arrived.at(-1);
      if (!newest) return;
      freshIds.value = new Set([...freshIds.value, newest.id]);
      setTimeout(() => {
        freshIds.value = new Set([...freshIds.value].filter((id) => id !== newest.id));
      }, FRESH_MS);
    },
  );

  function mark(step: 1 | -1): void {
    const ids = rows.value.map((incident) => incident.id);
    const at = ids.indexOf(markedId.value ?? selection.incidentId ?? "");
    const next = at < 0 ? (step > 0 ? 0 : ids.length - 1) : at + step;
    markedId.value = ids[Math.min(ids.length - 1, Math.max(0, next))] ?? null;
    rowOf(markedId.value)?.focus();
  }

  function openMarked(): void {
    if (markedId.value !== null) selection.selectIncident(markedId.value);
  }

  /** What D acts on: the open incident, else the marked one. */
  const target = (): string | null => selection.incidentId ?? markedId.value;

  /** Open the most urgent one that waits, so that a second D can act on what one has seen. */
  function openFirst(): void {
    const first = rows.value.find(isWaiting) ?? rows.value[0];
    if (first) selection.selectIncident(first.id);
  }

  return { rows, markedId, freshIds, finished, mark, openMarked, openFirst, target };
}
