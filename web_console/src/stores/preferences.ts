/** Owns what one person set on this computer, kept in the browser's storage. */
import { defineStore } from "pinia";
import { ref, watch } from "vue";

export type Locale = "zh" | "en";

const KEY = "gridbeat.preferences";

interface Kept {
  locale: Locale;
  sound: boolean;
  names: boolean;
  legend: boolean;
}

const DEFAULTS: Kept = { locale: "zh", sound: true, names: false, legend: true };

function kept(): Kept {
  try {
    return { ...DEFAULTS, ...(JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Kept>) };
  } catch {
    return DEFAULTS; // storage is closed or broken: the defaults serve
  }
}

export const usePreferences = defineStore("preferences", () => {
  const start = kept();
  const locale = ref<Locale>(start.locale);
  const sound = ref(start.sound);
  const names = ref(start.names);
  const legend = ref(start.legend);
  watch([locale, sound, names, legend], () => {
    const value: Kept = {
      locale: locale.value,
      sound: sound.value,
      names: names.value,
      legend: legend.value,
    };
    localStorage.setItem(KEY, JSON.stringify(value));
  });
  return { locale, sound, names, legend };
});
