/**
 * Owns the watch on the phone's place: on while on duty, off otherwise; off duty not one position
 * is asked for. What is worth keeping is decided in `fixes.ts`.
 */
import { AT_LEAST_EVERY_S, type Fix, isWorthKeeping, toFix } from "./fixes";
import { batteryShare } from "./phone";
import { state } from "./state";

const OPTIONS: PositionOptions = { enableHighAccuracy: true, maximumAge: 0, timeout: 27_000 };

let watch: number | null = null;
let nudge: ReturnType<typeof setInterval> | null = null;
let lastKept: Fix | null = null;

/** Begin to watch; `keep` is given each fix that is worth it. */
export function startTracking(keep: (fix: Fix) => void): void {
  stopTracking();
  if (!window.isSecureContext || !navigator.geolocation) {
    state.place = window.isSecureContext ? "unavailable" : "insecure";
    return;
  }
  state.place = "waiting";
  const seen = (position: GeolocationPosition): void => take(position, keep);
  watch = navigator.geolocation.watchPosition(seen, refuse, OPTIONS);
  // Somebody who stands still moves no watch: ask now and then.
  nudge = setInterval(() => {
    const silentS = Date.now() / 1000 - (lastKept?.at ?? 0);
    if (silentS >= AT_LEAST_EVERY_S)
      navigator.geolocation.getCurrentPosition(seen, refuse, OPTIONS);
  }, 10_000);
}

export function stopTracking(): void {
  if (watch !== null) navigator.geolocation.clearWatch(watch);
  if (nudge !== null) clearInterval(nudge);
  watch = null;
  nudge = null;
  lastKept = null;
  state.place = "off";
  state.fix = null;
}

function take(position: GeolocationPosition, keep: (fix: Fix) => void): void {
  if (watch === null) return;
  const fix = toFix(position, Date.now() / 1000, batteryShare());
  if (!fix) return;
  state.place = "on";
  state.fix = fix;
  if (!isWorthKeeping(state.dutySince, lastKept, fix)) return;
  lastKept = fix;
  keep(fix);
}

function refuse(error: GeolocationPositionError): void {
  if (error.code === error.PERMISSION_DENIED) state.place = "denied";
  else if (state.place === "waiting") state.place = "unavailable";
}

/** One look at the place, on somebody's own command; null when there is none in time. */
export function placeNow(withinMs: number): Promise<Fix | null> {
  return new Promise((resolve) => {
    if (!window.isSecureContext || !navigator.geolocation) return resolve(null);
    navigator.geolocation.getCurrentPosition(
      (position) => resolve(toFix(position, Date.now() / 1000, batteryShare())),
      () => resolve(null),
      { enableHighAccuracy: true, maximumAge: 20_000, timeout: withinMs },
    );
  });
}
