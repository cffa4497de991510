/** Owns the open incident's case file and recommendation, read anew whenever its version moves. */
import { computed, ref, shallowRef, watch } from "vue";
import { canDispatch } from "@/state/incidents";
import { useLive } from "@/stores/live";
import { useSelection } from "@/stores/selection";
import { useSession } from "@/stores/session";
import { showProblem } from "@/ui/problems";
import * as endpoints from "@/wire/endpoints";
import type { Incident, Recommendation } from "@/wire/messages";
import { useDispatching } from "./dispatching";

export function useIncident() {
  const live = useLive();
  const session = useSession();
  const selection = useSelection();
  const { refused } = useDispatching();
  const file = shallowRef<Incident | null>(null);
  const recommendation = shallowRef<Recommendation | null>(null);
  const failed = ref(false);

  /** The newest known: the live value is ahead of the file while that is on its way. */
  const summary = computed(() =>
    selection.incidentId === null
      ? null
      : (live.state.incidents.get(selection.incidentId) ?? file.value),
  );

  async function read(): Promise<void> {
    const id = selection.incidentId;
    if (id === null) return;
    try {
      const incident = await endpoints.fetchIncident(id);
      if (selection.incidentId !== id) return;
      failed.value = false;
      file.value = incident;
      live.learn(incident);
      if (session.may.dispatch && canDispatch(incident)) await recommend(id);
    } catch (error) {
      failed.value = true;
      showProblem(error);
    }
  }

  async function recommend(id: string): Promise<void> {
    const found = await endpoints.fetchRecommendation(id);
    if (selection.incidentId === id) recommendation.value = found;
  }

  watch(
    () => selection.incidentId,
    () => {
      file.value = null;
      recommendation.value = null;
    },
    { flush: "sync" },
  );
  watch(
    () => [selection.incidentId, summary.value?.version, refused.value],
    () => void read(),
    { immediate: true },
  );

  /** What could not be read is read as soon as the server is well again. */
  watch(
    () => live.phase.kind === "live" && live.state.failing.length === 0,
    (well) => well && failed.value && void read(),
  );

  return { file, summary, recommendation, failed, read };
}
