import { mount } from "@vue/test-utils";
import { afterEach, expect, it } from "vitest";
import { defineComponent, h } from "vue";
import { i18n, useLocale } from "@/i18n";
import { usePeriod } from "./usePeriod";

const Said = defineComponent({
  props: { period: { type: String, required: true } },
  setup(props) {
    const inWords = usePeriod();
    return () => h("p", inWords(props.period));
  },
});
const said = (period: string): string =>
  mount(Said, { props: { period }, global: { plugins: [i18n] } }).text();
afterEach(() => useLocale("zh"));

it("writes months and half-years as people do", () => {
  expect(["2026-11", "2026-H1", "2026-H2", ""].map(said)).toEqual([
    "2026年11月",
    "2026年上半年",
    "2026年下半年",
    "",
  ]);
  useLocale("en");
  expect(["2026-11", "2026-H2"].map(said)).toEqual(["November 2026", "Second half of 2026"]);
});
