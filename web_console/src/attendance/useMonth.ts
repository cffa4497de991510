/** Owns which month and area the pages of a month show; both stand in the address. */
import { computed } from "vue";
import { useRoute, useRouter } from "vue-router";
import { useFormat } from "@/format/useFormat";
import { shiftMonth } from "@/state/months";
import { useClock } from "@/stores/clock";

export function useMonth() {
  const route = useRoute();
  const router = useRouter();
  const clock = useClock();
  const format = useFormat();
  const today = computed(() => format.isoDay(clock.nowMs));
  const thisMonth = computed(() => today.value.slice(0, 7));
  const text = (name: string): string | null => {
    const value = route.query[name];
    return typeof value === "string" && value ? value : null;
  };
  const change = (values: { month?: string; area?: string | null }): void => {
    const query = { ...route.query, ...values };
    if (!query["area"]) delete query["area"];
    void router.replace({ query });
  };
  const month = computed({
    get: () => text("month") ?? thisMonth.value,
    set: (value: string) => change({ month: value }),
  });
  const area = computed({
    get: () => text("area"),
    set: (value: string | null) => change({ area: value }),
  });
  const step = (by: number): void => change({ month: shiftMonth(month.value, by) });
  const isLast = computed(() => month.value >= thisMonth.value);
  return { month, area, today, step, isLast };
}
