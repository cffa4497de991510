/** Owns the replay's keys: space, arrows, Home and End, as players everywhere have them. */
import { onScopeDispose } from "vue";
import { LEAP_S, STEP_S } from "./clock";
import type { ReplayPage } from "./useReplay";

const TYPED_IN = "input, textarea, select, [contenteditable], [role=dialog]";

export function useReplayKeys(page: ReplayPage): void {
  function act(event: KeyboardEvent): boolean {
    const by = event.shiftKey ? LEAP_S : STEP_S;
    switch (event.key) {
      case " ":
        page.toggle();
        return true;
      case "ArrowLeft":
        page.step(-by);
        return true;
      case "ArrowRight":
        page.step(by);
        return true;
      case "ArrowUp":
        page.shiftSpeed(1);
        return true;
      case "ArrowDown":
        page.shiftSpeed(-1);
        return true;
      case "Home":
        page.seek(0);
        return true;
      case "End":
        page.seek(page.shown.value.lengthS);
        return true;
      default:
        return false;
    }
  }

  /** In the capture phase: the map pans with arrows, and a focused button is pressed by space. */
  function listen(event: KeyboardEvent): void {
    if (!page.replay.value || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target instanceof Element && event.target.closest(TYPED_IN)) return;
    if (!act(event)) return;
    event.preventDefault();
    event.stopPropagation();
  }
  window.addEventListener("keydown", listen, { capture: true });
  onScopeDispose(() => window.removeEventListener("keydown", listen, { capture: true }));
}
