import { flushPromises, mount, type VueWrapper } from "@vue/test-utils";
import { afterEach, expect, test, vi } from "vitest";
import { h } from "vue";
import { i18n } from "@/i18n";
import { ProblemError } from "@/wire/http";
import DialogShell from "./DialogShell.vue";

let shown: VueWrapper | null = null;
const part = (name: string): HTMLElement =>
  document.querySelector<HTMLElement>(`[data-testid=${name}]`) as HTMLElement;

async function open(props: Partial<InstanceType<typeof DialogShell>["$props"]> = {}) {
  shown = mount(DialogShell, {
    attachTo: document.body,
    global: { plugins: [i18n], stubs: { transition: false } },
    props: { title: "转派", act: () => Promise.resolve(), ...props },
    slots: { default: () => [h("input"), h("textarea", { autofocus: "", "data-testid": "why" })] },
  });
  await flushPromises();
  return shown;
}
afterEach(() => {
  shown?.unmount();
  document.body.innerHTML = "";
});

test("the keyboard is in the field that asks for it, and may stay in any", async () => {
  await open();
  expect(document.activeElement).toBe(part("why"));
  part("dialog").querySelector("input")?.focus();
  expect(document.activeElement).toBe(part("dialog").querySelector("input"));
});

test("its title and its hint are what it is called", async () => {
  await open({ hint: "原处置人员会收到撤回通知" });
  const said = (name: string): string | undefined =>
    document.getElementById(part("dialog").getAttribute(name) ?? "")?.textContent ?? undefined;
  expect(said("aria-labelledby")).toBe("转派");
  expect(said("aria-describedby")).toBe("原处置人员会收到撤回通知");
});

test("what refuses stands in it, and it stays open", async () => {
  const refusal = new ProblemError(409, "conflict", "the case is closed", [], 0);
  const dialog = await open({ act: () => Promise.reject(refusal) });
  part("dialog-confirm").click();
  await flushPromises();
  expect(part("dialog-problem").getAttribute("role")).toBe("alert");
  expect(part("dialog-problem").textContent).not.toBe("");
  expect(dialog.emitted("done")).toBeUndefined();
});

test("two clicks act once, and then it is done", async () => {
  const act = vi.fn(() => Promise.resolve());
  const dialog = await open({ act });
  part("dialog-confirm").click();
  part("dialog-confirm").click();
  await flushPromises();
  expect(act).toHaveBeenCalledOnce();
  expect(dialog.emitted("done")).toHaveLength(1);
});

test("Escape leaves it, unless only its own button may", async () => {
  const pressEscape = (): boolean =>
    part("dialog").dispatchEvent(
      new KeyboardEvent("keydown", { key: "Escape", code: "Escape", bubbles: true }),
    );
  const dialog = await open();
  pressEscape();
  expect(dialog.emitted("cancel")).toHaveLength(1);
  dialog.unmount();
  const held = await open({ held: true });
  pressEscape();
  expect(held.emitted("cancel")).toBeUndefined();
});

test("afterwards the keyboard is where it was", async () => {
  const opener = document.createElement("button");
  document.body.append(opener);
  opener.focus();
  const dialog = await open();
  expect(document.activeElement).not.toBe(opener);
  dialog.unmount();
  await flushPromises();
  expect(document.activeElement).toBe(opener);
});
