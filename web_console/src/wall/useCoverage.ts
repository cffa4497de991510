/** Owns the list of coverage holes, looked at again every few seconds. */
import { onScopeDispose, shallowRef } from "vue";
import { coverageHoles } from "@/state/coverage";
import type { GridShape } from "@/state/grids";
import { useGeography } from "@/stores/geography";
import { useLive } from "@/stores/live";

const EVERY_MS = 3_000;

export function useCoverage() {
  const live = useLive();
  const geography = useGeography();
  const holes = shallowRef<readonly GridShape[]>([]);

  function look(): void {
    if (!live.fleet || !geography.grids) return;
    holes.value = coverageHoles(
      geography.grids,
      live.fleet,
      performance.timeOrigin + performance.now(),
    );
  }

  const timer = setInterval(look, EVERY_MS);
  look();
  onScopeDispose(() => clearInterval(timer));
  return holes;
}
