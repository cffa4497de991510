/** Owns the one-click dispatch: one request at a time per incident, honest about what is known. */
import { ref, shallowRef } from "vue";
import { i18n } from "@/i18n";
import { showDone, showProblem, showUndoable } from "@/ui/problems";
import * as endpoints from "@/wire/endpoints";
import type { Dispatch } from "@/wire/messages";

/** How long a wrong click can be taken back without giving a reason. */
export const UNDO_WITHIN_MS = 10_000;

/** Incidents for which an order is on its way to the server, shared by button and key. */
const sending = ref<ReadonlySet<string>>(new Set());
/** How often an order was refused: who shows the case looks at it anew. */
const refused = ref(0);
/** The order that was just sent, while it can be taken back. */
const latest = shallowRef<Dispatch | null>(null);

export function useDispatching() {
  const { t } = i18n.global;

  async function send(incidentId: string, workerId: number | null): Promise<void> {
    if (sending.value.has(incidentId)) return;
    sending.value = new Set([...sending.value, incidentId]);
    try {
      sent(await endpoints.dispatchWorker(incidentId, workerId));
    } catch (error) {
      showProblem(error);
      refused.value += 1;
    } finally {
      sending.value = new Set([...sending.value].filter((id) => id !== incidentId));
    }
  }

  /** Several one after the other: who cannot go does not keep the others. */
  async function sendAll(incidentId: string, workerIds: readonly number[]): Promise<void> {
    for (const workerId of workerIds) await send(incidentId, workerId);
  }

  function sent(dispatch: Dispatch): void {
    latest.value = dispatch;
    setTimeout(() => {
      if (latest.value === dispatch) latest.value = null;
    }, UNDO_WITHIN_MS);
    showUndoable(t("recommend.sent", { name: dispatch.workerName }), {
      label: t("workflow.undo.act"),
      forMs: UNDO_WITHIN_MS,
      act: () => void takeBack(dispatch),
    });
  }

  /** Withdraw the order just sent; it may have been acknowledged in the meantime. */
  async function undo(): Promise<void> {
    if (latest.value) await takeBack(latest.value);
  }

  async function takeBack({ dispatchId, incidentId }: Dispatch): Promise<void> {
    latest.value = null;
    try {
      const { dispatches } = await endpoints.fetchIncident(incidentId);
      const now = dispatches.find((each) => each.dispatchId === dispatchId);
      if (!now || now.endedAt !== null) return;
      const reason = t("workflow.undo.reason");
      await endpoints.moveDispatch(dispatchId, { to: "cancelled", version: now.version, reason });
      showDone(t("workflow.undo.done"));
    } catch (error) {
      showProblem(error);
      refused.value += 1;
    }
  }

  return { sending, refused, latest, send, sendAll, undo };
}
