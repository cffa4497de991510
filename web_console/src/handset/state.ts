/** Owns what the page shows: one reactive value, changed by the engine's parts alone. */
import { computed, reactive } from "vue";
import type { FieldMe, FieldReport, FieldToday, Visit } from "@/wire/messages";
import type { Fix } from "./fixes";
import type { Enrolment } from "./links";
import { isOver, type Order } from "./steps";

/**
 * `revoked`, `refused`: the centre does not know these credentials any more. `elsewhere`: another
 * page of this phone has taken over.
 */
export type Phase = "starting" | "out" | "in" | "revoked" | "refused" | "elsewhere";
export type LinkState = "off" | "connecting" | "on" | "offline";
export type PlaceState = "off" | "waiting" | "on" | "denied" | "unavailable" | "insecure";
export type CallState = "none" | "counting" | "sending" | "sent" | "seen";

export interface Notice {
  readonly id: string;
  readonly at: number;
  readonly kind: string;
  readonly text: string;
}

export const state = reactive({
  phase: "starting" as Phase,
  me: null as FieldMe | null,
  /** An enrolment that could not be finished: by which problem, and what to try again with. */
  stuck: null as { code: string; enrolment: Enrolment } | null,
  onDuty: false,
  dutySince: null as number | null,
  link: "off" as LinkState,
  place: "off" as PlaceState,
  fix: null as Fix | null,
  waiting: { count: 0, since: null as number | null },
  orders: [] as Order[],
  notices: [] as Notice[],
  today: null as FieldToday | null,
  reports: [] as FieldReport[],
  /** Scans of this page: kept in the phone, and what the centre said of them. */
  scans: [] as {
    clientId: string;
    at: number;
    label: string;
    answer: Visit | "waiting" | "unknown";
  }[],
  call: { state: "none" as CallState, id: "", leftS: 0, at: 0, seenAt: 0, hasPlace: false },
  photoProblem: "",
  awake: false,
  nowS: Math.floor(Date.now() / 1000),
});

export const openOrders = computed(() => state.orders.filter((order) => !isOver(order)));
export const pastOrders = computed(() => state.orders.filter(isOver));
