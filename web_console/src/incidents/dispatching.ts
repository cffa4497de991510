/** Owns the one-click dispatch: one request at a time per incident, honest about what is known. */
import { ref } from "vue";
import { i18n } from "@/i18n";
import { showDone, showProblem } from "@/ui/problems";
import * as endpoints from "@/wire/endpoints";

/** Incidents for which an order is on its way to the server, shared by button and key. */
const sending = ref<ReadonlySet<string>>(new Set());
/** How often an order was refused: who shows the case looks at it anew. */
const refused = ref(0);

export function useDispatching() {
  async function send(incidentId: string, workerId: number | null): Promise<void> {
    if (sending.value.has(incidentId)) return;
    sending.value = new Set([...sending.value, incidentId]);
    try {
      const dispatch = await endpoints.dispatchWorker(incidentId, workerId);
      showDone(i18n.global.t("recommend.sent", { name: dispatch.workerName }));
    } catch (error) {
      showProblem(error);
      refused.value += 1;
    } finally {
      sending.value = new Set([...sending.value].filter((id) => id !== incidentId));
    }
  }

  return { sending, refused, send };
}
