/** Owns "now" as the server's clock has it, ticking once a second for ages and countdowns. */
import { defineStore } from "pinia";
import { ref } from "vue";

export const useClock = defineStore("clock", () => {
  const nowMs = ref(Date.now());
  const offsetMs = ref(0);
  setInterval(() => {
    nowMs.value = Date.now() + offsetMs.value;
  }, 1000);

  /** Learn how far this computer's clock is off, from an instant the server just stated. */
  function synchronise(serverAt: string): void {
    offsetMs.value = Date.parse(serverAt) - Date.now();
    nowMs.value = Date.now() + offsetMs.value;
  }

  return { nowMs, offsetMs, synchronise };
});
