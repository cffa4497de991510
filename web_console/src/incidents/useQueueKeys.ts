/** Owns the dispatcher's keys. They rest while one types. */
import type { Ref } from "vue";
import { usePreferences } from "@/stores/preferences";
import { useSelection } from "@/stores/selection";
import { useSession } from "@/stores/session";
import { useKeys } from "@/ui/useKeys";
import { useDispatching } from "./dispatching";
import { useQueue } from "./useQueue";

/** `helping`: whether the list of keys is shown. */
export function useQueueKeys({ helping }: { helping: Ref<boolean> }): void {
  const selection = useSelection();
  const preferences = usePreferences();
  const session = useSession();
  const dispatching = useDispatching();
  const list = useQueue();

  function dispatchTarget(): void {
    const id = list.target();
    if (!session.may.dispatch) return;
    if (id === null) {
      list.openFirst();
      return;
    }
    selection.selectIncident(id);
    void dispatching.send(id, null);
  }

  function leave(): void {
    if (helping.value) helping.value = false;
    else selection.closeTopmost();
  }

  useKeys({
    ArrowDown: () => list.mark(1),
    ArrowUp: () => list.mark(-1),
    Enter: list.openMarked,
    Escape: leave,
    d: dispatchTarget,
    n: () => session.may.dispatch && selection.startCreating(),
    l: () => {
      preferences.names = !preferences.names;
    },
    "?": () => {
      helping.value = !helping.value;
    },
  });
}
