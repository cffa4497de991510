/**
 * Owns which observations of the phone become fixes: none off duty, and not more than tells where a
 * walker is. Not their way to the broker (`outbox.ts`). Pure.
 */
import { distanceM, type Place } from "./geo";

/** One observation as the broker is sent it; a value that is not known is left out. */
export interface Fix extends Place {
  readonly at: number;
  readonly acc?: number;
  readonly spd?: number;
  readonly cog?: number;
  readonly bat?: number;
  readonly src: "gnss" | "network";
}

const EVERY_S = 10;
const EVERY_M = 10;
/** Also when nobody moves: after 90 s the centre takes a silent phone for a lost one. */
export const AT_LEAST_EVERY_S = 30;
/** A place that the phone remembers from earlier is none of now. */
const FRESH_S = 60;
/** Worse than this it came from cells or networks, not from satellites. */
const GNSS_WITHIN_M = 100;

export interface Observed {
  readonly timestamp: number;
  readonly coords: {
    readonly longitude: number;
    readonly latitude: number;
    readonly accuracy: number;
    readonly speed: number | null;
    readonly heading: number | null;
  };
}

const known = (value: number | null | undefined): value is number => Number.isFinite(value);

/** A fix out of what the browser observed, `nowS` Unix seconds; null for what is of long ago. */
export function toFix(seen: Observed, nowS: number, batteryShare: number | null): Fix | null {
  const { longitude, latitude, accuracy, speed, heading } = seen.coords;
  const saidS = seen.timestamp / 1000;
  if (nowS - saidS > FRESH_S) return null;
  const moves = known(speed) && speed > 0.3;
  return {
    at: Math.round(Math.min(saidS, nowS) * 1000) / 1000,
    lon: Number(longitude.toFixed(7)),
    lat: Number(latitude.toFixed(7)),
    ...(known(accuracy) && accuracy > 0 ? { acc: Math.round(accuracy * 10) / 10 } : {}),
    ...(known(speed) && speed >= 0 ? { spd: Math.round(speed * 100) / 100 } : {}),
    ...(moves && known(heading) ? { cog: Math.round(heading) % 360 } : {}),
    ...(batteryShare === null ? {} : { bat: Math.round(batteryShare * 100) }),
    src: accuracy <= GNSS_WITHIN_M ? "gnss" : "network",
  };
}

/**
 * Whether a fix is to be kept after the last one that was. Off duty never, nor a place from before
 * duty began, which a browser may remember. `dutySince`: Unix seconds, null off duty.
 */
export function isWorthKeeping(dutySince: number | null, last: Fix | null, next: Fix): boolean {
  if (dutySince === null || next.at < dutySince) return false;
  if (!last) return true;
  const apartS = next.at - last.at;
  if (apartS < EVERY_S) return false;
  return apartS >= AT_LEAST_EVERY_S || distanceM(last, next) >= EVERY_M;
}
