/** Owns the dispatcher's keys. They rest while one types. */
import { onScopeDispose, type Ref } from "vue";
import { usePreferences } from "@/stores/preferences";
import { useSelection } from "@/stores/selection";
import { useSession } from "@/stores/session";
import { useDispatching } from "./dispatching";
import { useQueue } from "./useQueue";

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

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

  const keys: Record<string, () => void> = {
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
  };

  function press(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || (event.repeat && event.key === "d"))
      return;
    if (document.querySelector(".n-modal-mask, .n-modal-container .n-modal")) return;
    if (isTyping(event.target) && event.key !== "Escape") return;
    if (event.key === "Enter" && event.target instanceof HTMLButtonElement) return;
    const act = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }

  window.addEventListener("keydown", press);
  onScopeDispose(() => window.removeEventListener("keydown", press));
}
