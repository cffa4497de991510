/** Owns what the timeline draws: bars of density, ticks of the clock, where chunks lie. Pure. */
import type { ReplayDensity } from "@/wire/messages";

/** The outline of the fixes along the period, in a box 1000 wide and `height` high. */
export function densityPath(density: ReplayDensity, lengthS: number, height: number): string {
  const most = Math.max(1, ...density.fixes);
  const wide = (density.binS / lengthS) * 1000;
  const steps = density.fixes.map((count, index) => {
    const y = height - (count / most) * height;
    return `L${(index * wide).toFixed(2)} ${y.toFixed(2)}L${Math.min(1000, (index + 1) * wide).toFixed(2)} ${y.toFixed(2)}`;
  });
  return `M0 ${height}${steps.join("")}L1000 ${height}Z`;
}

const MINUTE_MS = 60_000;
const TICKS_MIN = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440] as const;

/** Instants of round local time, at most so many. `offsetMs`: the zone's, east of UTC. */
export function ticksOf(fromMs: number, toMs: number, most: number, offsetMs: number): number[] {
  const minutes =
    TICKS_MIN.find((each) => (toMs - fromMs) / (each * MINUTE_MS) <= most) ?? TICKS_MIN.at(-1);
  const every = (minutes ?? 1440) * MINUTE_MS;
  const ticks: number[] = [];
  const first = Math.ceil((fromMs + offsetMs) / every) * every - offsetMs;
  for (let at = first; at <= toMs; at += every) ticks.push(at);
  return ticks;
}

/** Chunk indices as stretches `[from, to)`. */
export function stretchesOf(indices: readonly number[]): [number, number][] {
  const found: [number, number][] = [];
  for (const index of indices) {
    const last = found.at(-1);
    if (last && last[1] === index) last[1] = index + 1;
    else found.push([index, index + 1]);
  }
  return found;
}
