/** Owns which reviews are listed: of which area and kind, and whose; and loading them again. */
import { computed, ref, shallowRef, watch } from "vue";
import { useRoute, useRouter } from "vue-router";
import { showProblem } from "@/ui/problems";

interface OfWorker {
  readonly workerName: string;
  readonly workerCode: string;
}

/** `all`: null until the first answer; of two answers under way the one asked last counts. */
export function useReviews() {
  const route = useRoute();
  const router = useRouter();
  const asked = (name: string): string | null => {
    const value = route.query[name];
    return typeof value === "string" && value ? value : null;
  };
  const area = computed(() => asked("area"));
  const kind = computed(() => asked("kind"));
  const text = ref("");
  function change(values: { area?: string | null; kind?: string | null }): void {
    const all = Object.entries({ ...route.query, ...values });
    void router.replace({ query: Object.fromEntries(all.filter(([, value]) => value)) });
  }

  /** Rows of the area, as `fetch` gives them; those that `matches` says are of the kind. */
  function rows<Row extends OfWorker>(
    fetch: (area: string | null) => Promise<readonly Row[]>,
    matches: (row: Row, kind: string) => boolean,
  ) {
    const all = shallowRef<readonly Row[] | null>(null);
    async function load(): Promise<void> {
      const wanted = area.value;
      try {
        const found = await fetch(wanted);
        if (wanted === area.value) all.value = found;
      } catch (error) {
        showProblem(error);
      }
    }
    const shown = computed(() => {
      const words = text.value.trim().toLowerCase();
      return (all.value ?? []).filter(
        (row) =>
          (!kind.value || matches(row, kind.value)) &&
          `${row.workerName} ${row.workerCode}`.toLowerCase().includes(words),
      );
    });
    watch(area, () => void load(), { immediate: true });
    return { all, shown, load };
  }
  const narrowed = computed(() => !!(area.value || kind.value || text.value.trim()));
  return { area, kind, text, narrowed, change, rows };
}
