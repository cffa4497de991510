/** Owns the window's title: where one is, so that tabs and the history can be told apart. */
import { watchEffect } from "vue";
import { useI18n } from "vue-i18n";
import { useRoute } from "vue-router";

export function usePageTitle(): void {
  const { t, te } = useI18n();
  const route = useRoute();
  watchEffect(() => {
    const key = `titles.${String(route.name)}`;
    document.title = te(key) ? `${t(key)} · ${t("product")}` : t("product");
  });
}
