/** Owns how many items of a row fit beside each other; what does not goes into a menu. */
import { nextTick, onMounted, onScopeDispose, type Ref, ref, watch } from "vue";

/** How many of these widths fit when the rest needs a menu of its own. Pure. */
export function howManyFit(
  widths: readonly number[],
  room: number,
  gap: number,
  menu: number,
): number {
  const total = (count: number): number =>
    widths.slice(0, count).reduce((sum, width) => sum + width + gap, -gap);
  if (total(widths.length) <= room) return widths.length;
  let count = widths.length - 1;
  while (count > 0 && total(count) + gap + menu > room) count -= 1;
  return count;
}

export interface Fitting {
  /** So many of the first items stand in the row. */
  readonly count: Ref<number>;
  /** What all would take beside each other, pixels. */
  readonly wanted: Ref<number>;
}

/** Follows the row's width; `items` finds them all, and those away must keep their width. */
export function useFitting(
  row: Ref<HTMLElement | null>,
  items: () => readonly HTMLElement[],
  changes: () => unknown,
  sizes: { readonly gap: number; readonly menu: number },
): Fitting {
  const count = ref(Number.POSITIVE_INFINITY);
  const wanted = ref(0);

  function measure(): void {
    if (!row.value) return;
    const widths = items().map((item) => item.offsetWidth);
    wanted.value = widths.reduce((sum, width) => sum + width + sizes.gap, -sizes.gap);
    count.value = howManyFit(widths, row.value.clientWidth, sizes.gap, sizes.menu);
  }

  const observer = new ResizeObserver(measure);
  onMounted(() => row.value && observer.observe(row.value));
  watch(changes, () => void nextTick(measure), { flush: "post" });
  onScopeDispose(() => observer.disconnect());
  return { count, wanted };
}
