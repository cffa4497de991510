/** Owns the repeated question how ingest fares, while a page shows it. */
import { onScopeDispose, shallowRef } from "vue";
import { showProblem } from "@/ui/problems";
import * as endpoints from "@/wire/endpoints";
import type { IngestHealth } from "@/wire/messages";

const EVERY_MS = 3000;
const SHOWN = 60;

export function useIngestHealth() {
  const health = shallowRef<IngestHealth | null>(null);
  /** Fixes a second of all processes, the oldest first. */
  const rates = shallowRef<number[]>([]);
  let stopped = false;
  let timer = 0;

  async function look(): Promise<void> {
    try {
      const seen = await endpoints.fetchIngestHealth();
      health.value = seen;
      const rate = seen.processes.reduce((sum, each) => sum + each.committedPerS, 0);
      rates.value = [...rates.value.slice(1 - SHOWN), rate];
    } catch (error) {
      if (health.value === null && !stopped) showProblem(error);
    }
    if (!stopped) timer = window.setTimeout(look, EVERY_MS);
  }

  void look();
  onScopeDispose(() => {
    stopped = true;
    window.clearTimeout(timer);
  });
  return { health, rates };
}
