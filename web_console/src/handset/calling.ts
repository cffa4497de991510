/**
 * Owns the call for help: five seconds in which it can be taken back, then sent until the broker
 * has it, then followed until a person at the centre does something about it. Also off duty, with
 * the place: whoever presses it wants to be found.
 */
import type { FieldReport } from "@/wire/messages";
import * as api from "./api";
import { newId } from "./ids";
import type { Entry } from "./outbox";
import { signal } from "./phone";
import { send } from "./sending";
import { state } from "./state";
import { keep, kept } from "./storage";
import { placeNow } from "./tracking";

const COUNTDOWN_S = 5;
const FOLLOW_MS = 3_000;
const PLACE_WITHIN_MS = 4_000;
const LAST_PLACE_S = 120;

let ticking: ReturnType<typeof setInterval> | null = null;
let following: ReturnType<typeof setInterval> | null = null;

export function beginCall(): void {
  if (state.call.state !== "none") return;
  state.call = { state: "counting", id: "", leftS: COUNTDOWN_S, at: 0, seenAt: 0, hasPlace: false };
  signal("call");
  ticking = setInterval(() => {
    state.call.leftS -= 1;
    signal("call");
    if (state.call.leftS <= 0) void callNow();
  }, 1_000);
}

/** Take it back; only while it counts down. */
export function cancelCall(): void {
  if (state.call.state !== "counting") return;
  stopTicking();
  state.call.state = "none";
}

/** Without waiting for the countdown's end. */
export async function callNow(): Promise<void> {
  if (state.call.state !== "counting") return;
  stopTicking();
  const at = Date.now() / 1000;
  state.call = { ...state.call, state: "sending", id: newId(), at, leftS: 0 };
  const recent = state.fix && at - state.fix.at < LAST_PLACE_S ? state.fix : null;
  const place = recent ?? (await placeNow(PLACE_WITHIN_MS));
  state.call.hasPlace = place !== null;
  await keepCall();
  const where = place ? { lon: place.lon, lat: place.lat } : {};
  await send({ kind: "duress", body: { id: state.call.id, at, ...where } });
  follow();
}

/** The worker says that it is over; the case stays open until the centre closes it. */
export async function endCall(): Promise<void> {
  if (following) clearInterval(following);
  following = null;
  state.call = { state: "none", id: "", leftS: 0, at: 0, seenAt: 0, hasPlace: false };
  await keepCall();
}

/** A page that was closed in the middle of a call goes on with it. */
export async function restoreCall(): Promise<void> {
  const before = await kept<typeof state.call>("call");
  if (!before || before.state === "none" || before.state === "counting") return;
  state.call = before;
  if (before.state !== "seen") follow();
}

/** The broker has it. */
export function callTaken(entry: Entry): void {
  if (entry.kind !== "duress" || state.call.state !== "sending") return;
  state.call.state = "sent";
  void keepCall();
}

export function followCall(reports: readonly FieldReport[]): void {
  const found = reports.find((report) => report.clientId === state.call.id);
  if (!found || state.call.state === "none") return;
  if (state.call.state === "sending") state.call.state = "sent";
  if (!found.seenAt || state.call.state === "seen") return;
  state.call.state = "seen";
  state.call.seenAt = Date.parse(found.seenAt) / 1000;
  signal("notice");
  if (following) clearInterval(following);
  void keepCall();
}

function follow(): void {
  if (following) clearInterval(following);
  following = setInterval(() => {
    api.fetchReports().then(followCall, () => undefined);
  }, FOLLOW_MS);
}

const keepCall = () => keep("call", { ...state.call });

function stopTicking(): void {
  if (ticking) clearInterval(ticking);
  ticking = null;
}
