/** Owns where the keyboard is when a dialog opens, and that it is somewhere after it closed. */
import { nextTick, onBeforeUnmount, onMounted, type Ref } from "vue";

const FIELDS = "input, textarea, select, button:enabled";

/** Open: at the field that asks for it, what is chosen, or the first field. Closed: where it was, or on the page. */
export function useDialogFocus(dialog: Readonly<Ref<HTMLElement | null>>) {
  const before = document.activeElement;
  const isLost = (): boolean =>
    document.activeElement === null || document.activeElement === document.body;

  function enter(): void {
    const first = (what: string) => dialog.value?.querySelector<HTMLElement>(what);
    (first("[autofocus]") ?? first("[aria-checked=true]") ?? first(FIELDS))?.focus();
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
