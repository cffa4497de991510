/** Owns that a new incident is heard, and read out by a screen reader. A call for help has its own. */
import { ref, watch } from "vue";
import { useI18n } from "vue-i18n";
import { useLive } from "@/stores/live";
import { usePreferences } from "@/stores/preferences";
import { chime } from "./chime";

export function useAlarm() {
  const { t } = useI18n();
  const live = useLive();
  const preferences = usePreferences();
  const spoken = ref("");

  watch(
    () => live.arrived,
    (arrived) => {
      const newest = arrived.at(-1);
      if (!newest) return;
      spoken.value = t("queue.arrived", { title: newest.title, place: newest.place });
      if (preferences.sound && newest.source !== "duress") chime(newest.severity);
    },
  );
  watch(
    () => preferences.sound,
    (on) => on && chime(3),
  );
  return { spoken };
}
