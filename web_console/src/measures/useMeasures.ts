/** Owns what the measures page shows: the query, its figures, the warnings, and the list opened. */
import { ref, shallowRef, watch } from "vue";
import { useFormat } from "@/format/useFormat";
import { useClock } from "@/stores/clock";
import { showProblem } from "@/ui/problems";
import {
  type FigureName,
  fetchMeasuredCases,
  fetchMeasures,
  fetchWarnings,
  type MeasureQuery,
  type RowFilter,
} from "@/wire/measures";
import type { EarlyWarnings, MeasuredCases, Measures } from "@/wire/messages";

/** A figure somebody wants to see the cases of; `name` is the row's, empty for the total. */
export interface Drill {
  figure: FigureName;
  row: RowFilter;
  name: string;
  /** Days of its own where it does not go by the page's period. */
  days?: { from: string; to: string };
}

export function useMeasures() {
  const today = useFormat().isoDay(useClock().nowMs);
  const query = ref<MeasureQuery>({
    period: "month",
    on: today,
    from: today,
    to: today,
    area: null,
    group: null,
  });
  /** The query of what is on screen: lists go by it, also while another one loads. */
  let shown = query.value;
  const measures = shallowRef<Measures | null>(null);
  const warnings = shallowRef<EarlyWarnings | null>(null);
  const busy = ref(false);
  /** Why there are no figures to see, while there are none. */
  const problem = shallowRef<unknown>(null);
  const drill = shallowRef<Drill | null>(null);
  const listed = shallowRef<MeasuredCases | null>(null);

  async function load(): Promise<void> {
    const asked = query.value;
    busy.value = true;
    problem.value = null;
    try {
      const [figures, rises] = await Promise.all([fetchMeasures(asked), fetchWarnings(asked.area)]);
      if (asked !== query.value) return;
      shown = asked;
      measures.value = figures;
      warnings.value = rises;
    } catch (error) {
      if (measures.value) showProblem(error);
      else problem.value = error;
    } finally {
      if (asked === query.value) busy.value = false;
    }
  }

  async function open(wanted: Drill): Promise<void> {
    drill.value = wanted;
    listed.value = null;
    const days = wanted.days ? { period: "custom" as const, ...wanted.days } : {};
    try {
      const found = await fetchMeasuredCases({ ...shown, ...days }, wanted.figure, wanted.row);
      if (drill.value === wanted) listed.value = found;
    } catch (error) {
      drill.value = null;
      showProblem(error);
    }
  }

  const change = (values: Partial<MeasureQuery>): void => {
    query.value = { ...query.value, ...values };
  };
  const close = (): void => {
    drill.value = null;
  };
  watch(query, () => void load(), { immediate: true });
  return {
    query,
    measures,
    warnings,
    busy,
    problem,
    drill,
    listed,
    today,
    load,
    change,
    open,
    close,
  };
}
