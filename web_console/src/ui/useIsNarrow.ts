/** Owns whether the window is a phone's: pages then stack instead of standing side by side. */
import { onScopeDispose, type Ref, ref } from "vue";

export function useIsNarrow(): Ref<boolean> {
  const query = window.matchMedia("(max-width: 760px)");
  const narrow = ref(query.matches);
  const follow = (): void => {
    narrow.value = query.matches;
  };
  query.addEventListener("change", follow);
  onScopeDispose(() => query.removeEventListener("change", follow));
  return narrow;
}
