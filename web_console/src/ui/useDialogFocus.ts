/** Owns where the keyboard is when a dialog opens, and that it is somewhere after it closed. */
import { nextTick, onBeforeUnmount, onMounted, type Ref } from "vue";

const FIELDS = "[autofocus], input, textarea, select, button:enabled";

/** Open: at the field that asks for it, or at the first. Closed: where it was, or on the page. */
export function useDialogFocus(dialog: Readonly<Ref<HTMLElement | null>>) {
  const before = document.activeElement;
  const isLost = (): boolean =>
    document.activeElement === null || document.activeElement === document.body;

  function enter(): void {
    const wanted = dialog.value?.querySelector<HTMLElement>("[autofocus]");
    (wanted ?? dialog.value?.querySelector<HTMLElement>(FIELDS))?.focus();
  }
  /** What had the keyboard may be gone, or off: then begin again. */
  async function keep(): Promise<void> {
    await nextTick();
    if (isLost()) enter();
  }
  async function leave(): Promise<void> {
    await nextTick();
    if (isLost() && before instanceof HTMLElement) before.focus();
    if (isLost()) document.querySelector("main")?.focus();
  }

  onMounted(() => void nextTick(enter));
  onBeforeUnmount(() => void leave());
  return { keep };
}
