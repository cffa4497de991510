/** Owns which scheme, period and area are shown, and the results; all stand in the address. */
import { computed, ref, shallowRef, watch } from "vue";
import { useRoute, useRouter } from "vue-router";
import { type Order, shiftPeriod, sortedRows } from "@/state/assessment";
import { showProblem } from "@/ui/problems";
import { fetchAssessment, fetchSchemes } from "@/wire/assessment";
import type { AssessmentBoard, Scheme, Schemes } from "@/wire/messages";

export function useAssessment() {
  const route = useRoute();
  const router = useRouter();
  const schemes = shallowRef<Schemes | null>(null);
  const board = shallowRef<AssessmentBoard | null>(null);
  /** Why there are no results to see, while there are none. */
  const problem = shallowRef<unknown>(null);
  const text = ref("");
  const order = ref<Order>("area");
  const param = (name: string): string | null => {
    const value = route.params[name];
    return typeof value === "string" && value ? value : null;
  };
  const scheme = computed<Scheme | null>(() => {
    const known = schemes.value?.schemes ?? [];
    return known.find((each) => each.code === param("scheme")) ?? known[0] ?? null;
  });
  const period = computed(() => param("period") ?? scheme.value?.currentPeriod ?? "");
  const subjectId = computed(() => Number(param("subjectId")) || null);
  const area = computed(() => {
    const value = route.query["area"];
    return typeof value === "string" && value ? value : null;
  });
  const rows = computed(() => {
    const found = sortedRows(board.value?.rows ?? [], order.value, scheme.value?.bands ?? []);
    const wanted = text.value.trim().toLowerCase();
    return found.filter((row) =>
      `${row.name} ${row.code} ${row.areaName}`.toLowerCase().includes(wanted),
    );
  });
  const closed = computed(() => board.value?.rows.some((row) => row.revision !== null) ?? false);
  const changed = computed(() => board.value?.rows.filter((row) => row.changed).length ?? 0);
  const isLast = computed(() => period.value >= (scheme.value?.currentPeriod ?? ""));

  interface Place {
    scheme?: string;
    period?: string;
    subjectId?: number | null;
    area?: string | null;
  }
  function go(to: Place): void {
    const next = to.scheme ?? scheme.value?.code ?? "";
    const chosen = to.scheme && to.scheme !== scheme.value?.code ? "" : period.value;
    const when = to.period ?? chosen;
    const whom = to.subjectId === undefined ? null : to.subjectId;
    const where = to.area === undefined ? area.value : to.area;
    const params = when ? { scheme: next, period: when } : { scheme: next };
    void router.push({
      name: "assessment",
      params: whom && when ? { ...params, subjectId: whom } : params,
      query: where ? { area: where } : {},
    });
  }
  const step = (by: number): void => go({ period: shiftPeriod(period.value, by) });

  async function load(): Promise<void> {
    problem.value = null;
    try {
      schemes.value ??= await fetchSchemes();
      if (!scheme.value) return;
      const asked = [scheme.value.code, period.value, area.value] as const;
      const found = await fetchAssessment(...asked);
      const same = asked[0] === scheme.value.code && asked[1] === period.value;
      if (same && asked[2] === area.value) board.value = found;
    } catch (error) {
      if (board.value) showProblem(error);
      else problem.value = error;
    }
  }
  watch([() => scheme.value?.code, period, area], () => void load(), { immediate: true });
  return {
    schemes,
    scheme,
    period,
    subjectId,
    area,
    board,
    problem,
    rows,
    text,
    order,
    closed,
    changed,
    isLast,
    go,
    step,
    load,
  };
}
