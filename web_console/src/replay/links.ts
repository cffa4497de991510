/** Owns what stands in the address of a replay: the period, the moment, what is looked at. Pure. */
import type { LocationQuery, LocationQueryRaw } from "vue-router";
import { dayBounds } from "@/format/days";
import { newClock } from "./clock";

const PERIOD_MAX_MS = 7 * 86_400_000;
/** A case is shown from a little before its report to a little after its end. */
const MARGIN_MS = 300_000;

export interface ReplayPlace {
  /** Unix milliseconds. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly atMs: number | null;
  readonly area: string | null;
  readonly speed: number;
  readonly workerId: number | null;
  readonly incidentId: string | null;
  readonly follow: boolean;
}

const text = (value: LocationQuery[string] | undefined): string | null =>
  typeof value === "string" && value ? value : null;
const instant = (value: LocationQuery[string] | undefined): number => Date.parse(text(value) ?? "");
const iso = (ms: number): string => new Date(Math.floor(ms / 1000) * 1000).toISOString();

/** What an address asks for; null: no period. */
export function placeOfQuery(query: LocationQuery): ReplayPlace | null {
  const [fromMs, toMs, atMs] = [instant(query["from"]), instant(query["to"]), instant(query["at"])];
  if (Number.isNaN(fromMs) || Number.isNaN(toMs) || toMs <= fromMs) return null;
  const worker = Number(text(query["worker"]) ?? Number.NaN);
  return {
    fromMs,
    toMs,
    atMs: Number.isNaN(atMs) ? null : atMs,
    area: text(query["area"]),
    speed: newClock(1, 0, Number(text(query["speed"]))).speed,
    workerId: Number.isInteger(worker) ? worker : null,
    incidentId: text(query["incident"]),
    follow: text(query["follow"]) === "1",
  };
}

export function queryOfPlace(place: ReplayPlace): LocationQueryRaw {
  return {
    from: iso(place.fromMs),
    to: iso(place.toMs),
    ...(place.atMs === null ? {} : { at: iso(place.atMs) }),
    ...(place.area ? { area: place.area } : {}),
    speed: String(place.speed),
    ...(place.workerId === null ? {} : { worker: String(place.workerId) }),
    ...(place.incidentId ? { incident: place.incidentId } : {}),
    ...(place.follow ? { follow: "1" } : {}),
  };
}

/** The lifetime of a case up to now; of a long one the first week. */
export function replayOfIncident(
  incident: { id: string; reportedAt: string; closedAt: string | null },
  nowMs: number,
): LocationQueryRaw {
  const reportedMs = Date.parse(incident.reportedAt);
  const fromMs = reportedMs - MARGIN_MS;
  const endMs = incident.closedAt ? Date.parse(incident.closedAt) + MARGIN_MS : nowMs;
  const toMs = Math.min(Math.max(endMs, fromMs + 2 * MARGIN_MS), fromMs + PERIOD_MAX_MS);
  // An address knows whole seconds: at the next one the case is there.
  return { from: iso(fromMs), to: iso(toMs), at: iso(reportedMs + 1000), incident: incident.id };
}

/** One worker's day in the installation's time zone. */
export function replayOfDay(workerId: number, day: string, timeZone: string): LocationQueryRaw {
  const { from, to } = dayBounds(day, timeZone);
  return { from: iso(from.getTime()), to: iso(to.getTime()), worker: String(workerId) };
}

/** `YYYY-MM-DDTHH:MM` on the installation's own clock, as an instant; NaN: it is none. */
export function instantOfLocal(local: string, timeZone: string): number {
  const [day, clock] = local.split("T");
  if (!day || !clock || Number.isNaN(Date.parse(`${local}Z`))) return Number.NaN;
  const sinceMidnight = Date.parse(`1970-01-01T${clock.slice(0, 5)}:00Z`);
  return dayBounds(day, timeZone).from.getTime() + sinceMidnight;
}

/** The same the other way round, for an input of date and time. */
export function localOfInstant(ms: number, timeZone: string): string {
  const parts = new Intl.DateTimeFormat("sv-SE", {
    timeZone,
    dateStyle: "short",
    timeStyle: "short",
  });
  return parts.format(new Date(ms)).replace(" ", "T");
}
