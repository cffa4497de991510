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

type Seen = Pick<IncidentSummary, "id" | "version">;

/** The conflict that the open case stands under, shared by everything that shows the case. */
const conflict = shallowRef<Conflict | null>(null);
const busy = ref(false);

export function useCommands() {
  const live = useLive();

  /** Do it; true when it was done. `seen` is the case as the person saw it. */
  async function act(seen: Seen, command: () => Promise<unknown>, done = ""): Promise<boolean> {
    try {
      return await ask(seen, command, done);
    } catch (error) {
      showProblem(error);
      return false;
    }
  }

  /**
   * Do what a dialog asks for; true when it was done. A refusal is thrown, for the dialog to
   * show; when others changed the case meanwhile it is shown with the case instead.
   */
  async function ask(seen: Seen, command: () => Promise<unknown>, done = ""): Promise<boolean> {
    if (busy.value) return false;
    busy.value = true;
    conflict.value = null;
    try {
      const answer = await command();
      if (isIncident(answer)) live.learn(answer);
      if (done) showDone(done);
      return true;
    } catch (error) {
      conflict.value = await conflictOf(seen, error);
      if (!conflict.value) throw error;
      showProblem(error);
      return false;
    } finally {
      busy.value = false;
    }
  }

  async function conflictOf(seen: Seen, error: unknown): Promise<Conflict | null> {
    if (!(error instanceof ProblemError) || error.status !== 409) return null;
    const fresh = await endpoints.fetchIncident(seen.id).catch(() => null);
    if (!fresh) return null;
    live.learn(fresh);
    return changedSince(fresh, seen.version);
  }

  return { act, ask, busy, conflict };
}

const isIncident = (answer: unknown): answer is Incident =>
  typeof answer === "object" && answer !== null && "events" in answer && "code" in answer;
