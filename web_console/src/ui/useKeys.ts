/** Owns listening to single keys: they rest while one types, and under a dialog. */
import { onScopeDispose } from "vue";

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

/** Keys as `KeyboardEvent.key` has them, letters in lower case. A letter that is held acts once. */
export function useKeys(keys: Record<string, () => void>): void {
  function press(event: KeyboardEvent): void {
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.repeat && key.length === 1) return;
    if (document.querySelector(".n-modal-mask, .n-modal-container .n-modal")) return;
    if (isTyping(event.target) && key !== "Escape") return;
    if (key === "Enter" && event.target instanceof HTMLButtonElement) return;
    const act = keys[key];
    if (!act) return;
    event.preventDefault();
    act();
  }

  window.addEventListener("keydown", press);
  onScopeDispose(() => window.removeEventListener("keydown", press));
}
