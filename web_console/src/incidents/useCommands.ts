/**
 * Owns how a person's act on a case is carried out: one at a time, a refusal is said, and a
 * conflict is shown with what happened meanwhile. Nothing is shown that the server did not do.
 */
import { ref, shallowRef } from "vue";
import { useLive } from "@/stores/live";
import { showDone, showProblem } from "@/ui/problems";
import * as endpoints from "@/wire/endpoints";
import { ProblemError } from "@/wire/http";
import type { Incident, IncidentSummary } from "@/wire/messages";
import { type Conflict, changedSince } from "./conflict";

/** The conflict that the open case stands under, shared by everything that shows the case. */
const conflict = shallowRef<Conflict | null>(null);
const busy = ref(false);

export function useCommands() {
  const live = useLive();

  /** Do it; true when it was done. `seen` is the case as the person saw it. */
  async function act(
    seen: Pick<IncidentSummary, "id" | "version">,
    command: () => Promise<unknown>,
    done = "",
  ): Promise<boolean> {
    if (busy.value) return false;
    busy.value = true;
    conflict.value = null;
    try {
      const answer = await command();
      if (isIncident(answer)) live.learn(answer);
      if (done) showDone(done);
      return true;
    } catch (error) {
      await refused(seen, error);
      return false;
    } finally {
      busy.value = false;
    }
  }

  async function refused(
    seen: Pick<IncidentSummary, "id" | "version">,
    error: unknown,
  ): Promise<void> {
    showProblem(error);
    if (!(error instanceof ProblemError) || error.status !== 409) return;
    const fresh = await endpoints.fetchIncident(seen.id).catch(() => null);
    if (!fresh) return;
    live.learn(fresh);
    conflict.value = changedSince(fresh, seen.version);
  }

  return { act, busy, conflict };
}

const isIncident = (answer: unknown): answer is Incident =>
  typeof answer === "object" && answer !== null && "events" in answer && "code" in answer;
