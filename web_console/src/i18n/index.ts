/** Owns the switch between languages; the words are in `zh/` and `en/`. */
import { createI18n } from "vue-i18n";
import type { Locale } from "@/stores/preferences";
import { en } from "./en";
import { zh } from "./zh";

export const i18n = createI18n({
  legacy: false,
  locale: "zh",
  fallbackLocale: "zh",
  messages: { zh, en },
});

export function useLocale(locale: Locale): void {
  i18n.global.locale.value = locale;
  document.documentElement.lang = locale === "zh" ? "zh-CN" : "en";
}
