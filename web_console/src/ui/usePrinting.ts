/** Owns whether the page is on its way to paper: then nothing is left out because it is not in view. */
import { onScopeDispose, type Ref, ref } from "vue";

export function usePrinting(): Ref<boolean> {
  const printing = ref(false);
  const begin = (): void => {
    printing.value = true;
  };
  const end = (): void => {
    printing.value = false;
  };
  window.addEventListener("beforeprint", begin);
  window.addEventListener("afterprint", end);
  onScopeDispose(() => {
    window.removeEventListener("beforeprint", begin);
    window.removeEventListener("afterprint", end);
  });
  return printing;
}
