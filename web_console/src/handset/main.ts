/** Owns the wiring of the handset's page: words, the application, the offline shell. */
import { createApp } from "vue";
import HandsetApp from "./HandsetApp.vue";
import { speak, words } from "./words";
import "./handset.css";

speak(words.global.locale.value === "en" ? "en" : "zh");
createApp(HandsetApp).use(words).mount("#app");

if ("serviceWorker" in navigator && import.meta.env.PROD) {
  // Without it the page still works, but not opened in a dead spot.
  navigator.serviceWorker.register("/handset-sw.js", { scope: "/handset" }).catch(() => undefined);
}
