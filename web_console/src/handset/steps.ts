/**
 * Owns an order's way on the handset: what comes next, and what a message or the centre's own list
 * makes of what is known here. Pure. The centre decides; a step taken here that it has not heard of
 * yet is shown until it has.
 */
import type { FieldOrder } from "@/wire/messages";

export type Status = FieldOrder["status"];
export type Step = "acknowledged" | "en_route" | "on_scene" | "cleared" | "declined";
/** Instants in Unix seconds, as the order by MQTT has them. */
export interface Order {
  readonly dispatch: string;
  readonly version: number;
  readonly status: Status;
  readonly code: string;
  readonly title: string;
  readonly at: number;
  readonly lon?: number | null;
  readonly lat?: number | null;
  readonly text?: string | null;
  readonly place?: string | null;
  readonly due?: number | null;
  readonly acknowledgeBy?: number | null;
  readonly endedAt?: number | null;
}
/** As `order` comes by MQTT. */
export interface OrderMessage {
  readonly dispatch: string;
  readonly version: number;
  readonly action: "go" | "withdraw";
  readonly code: string;
  readonly title: string;
  readonly at: number;
  readonly lon?: number;
  readonly lat?: number;
  readonly text?: string;
  readonly place?: string;
  readonly due?: number;
  readonly acknowledge_by?: number;
}

const WAY = ["ordered", "acknowledged", "en_route", "on_scene", "cleared"] as const;
const ENDED: ReadonlySet<Status> = new Set(["cleared", "declined", "cancelled", "lapsed"]);

export const isOver = (order: Order): boolean => ENDED.has(order.status);
const rank = (status: Status): number => (WAY as readonly string[]).indexOf(status);

/** What the one big button does next; null when nothing is left to do. */
export function nextStep(status: Status): Step | null {
  if (ENDED.has(status)) return null;
  return (WAY[rank(status) + 1] as Step | undefined) ?? null;
}

/** An order may be declined until somebody is on the scene. */
export const mayDecline = (status: Status): boolean => {
  const at = rank(status);
  return at >= 0 && at < rank("on_scene");
};

/** The orders after a step of one of them, which is open. */
export function stepped(
  orders: readonly Order[],
  dispatch: string,
  step: Step,
  at: number,
): Order[] {
  return orders.map((order) =>
    order.dispatch !== dispatch || isOver(order)
      ? order
      : { ...order, status: step, endedAt: ENDED.has(step) ? at : null },
  );
}

/** The orders after a message: of one dispatch the highest version counts. */
export function received(orders: readonly Order[], message: OrderMessage, now: number): Order[] {
  const known = orders.find((order) => order.dispatch === message.dispatch);
  if (known && (known.version >= message.version || isOver(known))) return [...orders];
  const withdrawn = message.action === "withdraw";
  if (withdrawn && !known) return [...orders]; // it was never shown here
  const { acknowledge_by: acknowledgeBy, action: _, ...facts } = message;
  const status = withdrawn ? "cancelled" : (known?.status ?? "ordered");
  const order: Order = {
    ...facts,
    status,
    acknowledgeBy: acknowledgeBy ?? null,
    endedAt: withdrawn ? now : null,
  };
  return sorted([order, ...orders.filter((each) => each.dispatch !== message.dispatch)]);
}

/** The centre's list taken over; a step that is still under way from here stays ahead of it. */
export function reconciled(orders: readonly Order[], listed: readonly FieldOrder[]): Order[] {
  const here = new Map(orders.map((order) => [order.dispatch, order]));
  const theirs = listed.map((each) => merged(here.get(each.dispatch), each));
  const unlisted = orders.filter(
    (order) => !listed.some((each) => each.dispatch === order.dispatch),
  );
  return sorted([...theirs, ...unlisted.filter((order) => !isOver(order))]);
}

function merged(known: Order | undefined, listed: FieldOrder): Order {
  const seconds = (at: string | null): number | null => (at ? Date.parse(at) / 1000 : null);
  const ahead = known && !ENDED.has(listed.status) && rank(known.status) > rank(listed.status);
  const declined = known?.status === "declined" && !ENDED.has(listed.status);
  return {
    dispatch: listed.dispatch,
    version: Math.max(listed.version, known?.version ?? 0),
    status: known && (ahead || declined) ? known.status : listed.status,
    code: listed.code,
    title: listed.title,
    at: seconds(listed.orderedAt) ?? 0,
    lon: listed.lon,
    lat: listed.lat,
    text: listed.text,
    place: listed.place,
    due: seconds(listed.dueAt),
    acknowledgeBy: seconds(listed.acknowledgeBy),
    endedAt: seconds(listed.endedAt) ?? (ahead || declined ? (known?.endedAt ?? null) : null),
  };
}

/** Open ones first, the newest first. */
const sorted = (orders: Order[]): Order[] =>
  orders.sort((a, b) => Number(isOver(a)) - Number(isOver(b)) || b.at - a.at);
