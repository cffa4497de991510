/** Owns the list of one day: which day and area, the rows, and what of them is shown. */
import { computed, onScopeDispose, ref, shallowRef, watch } from "vue";
import { shiftDay } from "@/format/days";
import { useFormat } from "@/format/useFormat";
import { type BoardFilter, boardRows, countOutcomes } from "@/state/attendance";
import { useClock } from "@/stores/clock";
import { useInstallation } from "@/stores/installation";
import { showProblem } from "@/ui/problems";
import * as endpoints from "@/wire/endpoints";
import type { AttendanceRow } from "@/wire/messages";

/** Verdicts of the running day are judged anew within a minute. */
const REFRESH_MS = 30_000;

export function useBoard(startDay: string | null, startArea: string | null) {
  const clock = useClock();
  const format = useFormat();
  const place = useInstallation();
  const today = computed(() => format.isoDay(clock.nowMs));
  const day = ref(startDay ?? today.value);
  const area = ref<string | null>(startArea);
  const filter = ref<BoardFilter>({ only: "all", text: "", sign: null });
  const all = shallowRef<AttendanceRow[]>([]);
  const busy = ref(false);
  const rows = computed(() => boardRows(all.value, filter.value, place.areaName));
  const counts = computed(() => countOutcomes(all.value));
  const isToday = computed(() => day.value === today.value);

  async function load(quietly = false): Promise<void> {
    busy.value = !quietly;
    const asked = [day.value, area.value] as const;
    try {
      const board = await endpoints.fetchAttendance(...asked);
      if (asked[0] === day.value && asked[1] === area.value) all.value = board.rows;
    } catch (error) {
      if (!quietly) showProblem(error);
    } finally {
      busy.value = false;
    }
  }

  const step = (by: number): void => {
    day.value = shiftDay(day.value, by);
  };
  watch([day, area], () => void load(), { immediate: true });
  const timer = setInterval(() => {
    if (isToday.value && !document.hidden) void load(true);
  }, REFRESH_MS);
  onScopeDispose(() => clearInterval(timer));
  return { day, area, filter, rows, counts, busy, isToday, today, step };
}
