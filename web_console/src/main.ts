/** Owns the wiring of the console: stores, words, pages, and what happens when a session ends. */
import { createPinia } from "pinia";
import { createApp, watch } from "vue";
import App from "@/App.vue";
import { i18n, useLocale } from "@/i18n";
import { beCalm, wantsCalm } from "@/map/graphics";
import { router } from "@/router";
import { useLive } from "@/stores/live";
import { usePreferences } from "@/stores/preferences";
import { useSession } from "@/stores/session";
import { mendLostPages } from "@/ui/lostPages";
import { whenUnauthenticated } from "@/wire/http";
import "@/ui/tokens.css";
import "@/ui/base.css";

if (wantsCalm()) beCalm();

const app = createApp(App);
app.use(createPinia());
app.use(i18n);

const preferences = usePreferences();
watch(() => preferences.locale, useLocale, { immediate: true });

whenUnauthenticated(() => {
  const here = router.currentRoute.value;
  useLive().stop();
  useSession().forget();
  if (here.name === "sign-in") return;
  void router.push({ name: "sign-in", query: { expired: "1", to: here.fullPath } });
});

mendLostPages(router);
app.use(router);
app.mount("#app");
