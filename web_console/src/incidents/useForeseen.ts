/** Owns what a request would make of a case's deadline, asked of the server while it is decided on. */
import { type MaybeRefOrGetter, ref, toValue, watch } from "vue";
import { showProblem } from "@/ui/problems";
import * as endpoints from "@/wire/endpoints";
import type { ClockRequest, ForeseenDeadline, Incident } from "@/wire/messages";

export type Asked = Pick<ClockRequest, "kind" | "hours" | "days">;

/** A number field that was emptied asks for nothing. */
const amount = (value: unknown): number =>
  typeof value === "number" && Number.isFinite(value) && value > 0 ? value : 0;

export function useForeseen(
  incident: MaybeRefOrGetter<Pick<Incident, "id" | "version">>,
  asked: MaybeRefOrGetter<Asked | null>,
) {
  const foreseen = ref<ForeseenDeadline | null>(null);
  let newest = 0;

  async function look(): Promise<void> {
    const turn = ++newest;
    const request = toValue(asked);
    const { id } = toValue(incident);
    if (request === null) {
      foreseen.value = null;
      return;
    }
    const { kind, hours, days } = request;
    try {
      const found = await endpoints.foreseeDeadline(id, kind, amount(hours), amount(days));
      if (turn === newest) foreseen.value = found;
    } catch (error) {
      if (turn === newest) foreseen.value = null;
      showProblem(error);
    }
  }

  watch(
    () => [toValue(incident).id, toValue(incident).version, JSON.stringify(toValue(asked))],
    () => void look(),
    { immediate: true },
  );
  return foreseen;
}
