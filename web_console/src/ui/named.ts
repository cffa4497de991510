/** Owns the name of a field whose input lies inside of a component that cannot pass one on. */
import type { ObjectDirective } from "vue";

const name = (element: HTMLElement, { value }: { value: string }): void =>
  element.querySelector("input")?.setAttribute("aria-label", value);

/** `v-named="words"`: what a screen reader calls the field. */
export const vNamed: ObjectDirective<HTMLElement, string> = { mounted: name, updated: name };
