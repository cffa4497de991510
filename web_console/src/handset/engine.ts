/**
 * Owns the page's life: who it is, the connection, duty, and what comes in. Starts from the phone's
 * own store, so that a page opened in a dead spot is on duty again as it was.
 */
import { ProblemError } from "@/wire/http";
import type { FieldMe } from "@/wire/messages";
import { becomeTheOne } from "./alone";
import * as api from "./api";
import { callTaken, followCall, restoreCall } from "./calling";
import { connect, type Link } from "./link";
import { type Enrolment, scanned } from "./links";
import { batteryShare, maySleep, networkName, notify, signal, stayAwake } from "./phone";
import { count, flush, send, sendBy, upload, whenTaken } from "./sending";
import { type Notice, state } from "./state";
import { type OrderMessage, received, reconciled } from "./steps";
import { keep, kept, wipe } from "./storage";
import { startTracking, stopTracking } from "./tracking";

const NOTICES_KEPT = 30;
const REFRESH_MS = 60_000;
/** To judge a day costs the server more than to list orders. */
const TODAY_EVERY_S = 300;

let link: Link | null = null;
let credentials: Enrolment | null = null;
let todayAt = 0;

/** Open the page: take over what the address asks for, then what was kept. */
export async function start(): Promise<string | null> {
  const asked = takeFragment();
  await becomeTheOne(() => void standBack());
  api.whenRevoked(() => void forget("revoked"));
  whenTaken((entry) => callTaken(entry));
  document.addEventListener("visibilitychange", () => void returned());
  // The phone knows sooner than the line does: what is sent into a dead one is only missed later.
  for (const change of ["online", "offline"]) window.addEventListener(change, dropped);
  setInterval(tick, 1_000);
  setInterval(() => void refresh(), REFRESH_MS);
  const known = asked.kind === "enrolment" ? asked.enrolment : await kept<Enrolment>("enrolment");
  // Why it failed is on the page: `stuck`.
  if (asked.kind === "enrolment") await enrol(asked.enrolment).catch(() => undefined);
  else if (known) await resume(known);
  else state.phase = "out";
  return asked.kind === "label" ? asked.label : null;
}

/** A newer page of this phone has taken over; what waits is on the shelf for it. */
async function standBack(): Promise<void> {
  state.phase = "elsewhere";
  stopTracking();
  sendBy(null);
  await link?.close().catch(() => undefined);
  link = null;
  await maySleep();
}

function dropped(): void {
  link?.drop();
  void refresh();
}

/** The fragment holds a secret: it is out of the address bar before anything else happens. */
function takeFragment(): ReturnType<typeof scanned> {
  const asked = scanned(location.href);
  if (location.hash) history.replaceState(null, "", location.pathname);
  return asked;
}

/** Sign in with what was given at enrolment. Rejects with a problem; then nothing is kept. */
export async function enrol(given: Enrolment): Promise<void> {
  const before = await kept<Enrolment>("enrolment");
  if (before && before.username !== given.username) await forget("out");
  api.speakAs(given);
  try {
    await api.signIn();
  } catch (error) {
    state.phase = phaseAfter(error);
    const code = error instanceof ProblemError ? error.code : String(error);
    state.stuck = { code, enrolment: given };
    throw error;
  }
  state.stuck = null;
  await keep("enrolment", given);
  await resume(given);
}

const phaseAfter = (error: unknown) => {
  const code = error instanceof ProblemError ? error.code : "";
  return code === "handset_revoked" ? "revoked" : code === "unauthenticated" ? "refused" : "out";
};

async function resume(known: Enrolment): Promise<void> {
  credentials = known;
  todayAt = 0;
  api.speakAs(known);
  state.me = await kept<FieldMe>("me");
  state.orders = (await kept<typeof state.orders>("orders")) ?? [];
  state.notices = (await kept<Notice[]>("notices")) ?? [];
  const duty = await kept<{ since: number }>("duty");
  await count();
  await restoreCall();
  state.phase = "in";
  if (duty) beginDuty(duty.since);
  await refreshMe();
  if (state.me) await open(state.me);
  void upload();
}

async function refreshMe(): Promise<void> {
  const found = await api.fetchMe().catch((error: unknown) => error);
  if (found instanceof ProblemError) {
    if (found.code === "unauthenticated") await forget("refused");
    return; // without a network the page goes by what it knows
  }
  state.me = found as FieldMe;
  await keep("me", state.me);
}

async function open(me: FieldMe): Promise<void> {
  if (link || !credentials || !me.mqttPath) return;
  state.link = "connecting";
  const who = { ...credentials, handsetId: me.handsetId };
  link = await connect(me.mqttPath, me.topicPrefix, who, {
    up: () => void connected(),
    down: () => {
      state.link = "offline";
    },
    refused: () => void api.signIn().catch(() => undefined), // tells whether it was revoked
    message: (kind, body) => void taken(kind, body),
  });
  sendBy(link);
}

async function connected(): Promise<void> {
  state.link = "on";
  await tellStatus({});
  void upload();
  void refresh();
}

/** What the phone says of itself; `duty` only when it changes. */
async function tellStatus(duty: { duty?: boolean }): Promise<void> {
  const battery = batteryShare();
  const net = networkName();
  await send({
    kind: "status",
    body: {
      at: Date.now() / 1000,
      ...duty,
      online: true,
      ...(battery === null ? {} : { bat: Math.round(battery * 100) }),
      ...(net ? { net } : {}),
      ...(state.onDuty && state.place !== "waiting" ? { permission: state.place === "on" } : {}),
    },
  });
}

export async function goOnDuty(): Promise<void> {
  const since = Date.now() / 1000;
  await keep("duty", { since });
  beginDuty(since);
  await tellStatus({ duty: true });
}

function beginDuty(since: number): void {
  state.onDuty = true;
  state.dutySince = since;
  startTracking((fix) => void send({ kind: "fix", body: fix }));
  void stayAwake().then((awake) => {
    state.awake = awake;
  });
}

export async function goOffDuty(): Promise<void> {
  stopTracking();
  state.onDuty = false;
  state.dutySince = null;
  state.awake = false;
  await keep("duty", null);
  await maySleep();
  await tellStatus({ duty: false });
}

async function taken(kind: string, body: unknown): Promise<void> {
  if (kind === "notice") return note(body as Notice);
  if (kind !== "order") return;
  const message = body as OrderMessage;
  const before = state.orders.find((order) => order.dispatch === message.dispatch);
  state.orders = received(state.orders, message, Date.now() / 1000);
  const after = state.orders.find((order) => order.dispatch === message.dispatch);
  await keep("orders", state.orders);
  if (before?.status === after?.status) return;
  signal("order");
  await notify(message.title, message.place ?? message.code, message.dispatch);
}

async function note(notice: Notice): Promise<void> {
  if (state.notices.some((each) => each.id === notice.id)) return;
  state.notices = [notice, ...state.notices].slice(0, NOTICES_KEPT);
  await keep("notices", state.notices);
  signal("notice");
  await notify(state.me?.packName ?? "", notice.text, notice.id);
}

/** The own day as it stands now. */
export async function refreshToday(): Promise<void> {
  const today = await api.fetchToday().catch(() => null);
  if (today) [state.today, todayAt] = [today, Date.now() / 1000];
}

/** Ask the centre again for what may have changed; without a network nothing happens. */
export async function refresh(): Promise<void> {
  if (state.phase !== "in" || document.visibilityState !== "visible") return;
  const told = <T>(answer: Promise<T>, use: (value: T) => void) =>
    answer.then(use, () => undefined);
  await Promise.all([
    told(api.fetchDispatches(), (listed) => {
      state.orders = reconciled(state.orders, listed);
      void keep("orders", state.orders);
    }),
    Date.now() / 1000 - todayAt > TODAY_EVERY_S ? refreshToday() : undefined,
    told(api.fetchReports(), (reports) => {
      state.reports = reports;
      followCall(reports);
    }),
  ]);
  if (state.link === "off") await refreshMe().then(() => (state.me ? open(state.me) : undefined));
}

async function returned(): Promise<void> {
  if (document.visibilityState !== "visible") return;
  if (state.onDuty) state.awake = await stayAwake();
  void flush();
  void refresh();
}

function tick(): void {
  state.nowS = Math.floor(Date.now() / 1000);
}

/** Leave this phone with nothing of it: signed out, revoked, or somebody else's from now on. */
export async function forget(phase: "out" | "revoked" | "refused"): Promise<void> {
  stopTracking();
  if (phase === "out") await api.signOut().catch(() => undefined);
  await link?.close().catch(() => undefined);
  link = null;
  credentials = null;
  sendBy(null);
  api.speakAs(null);
  await maySleep();
  await wipe();
  Object.assign(state, {
    phase,
    me: null,
    onDuty: false,
    dutySince: null,
    link: "off",
    orders: [],
    notices: [],
    today: null,
    reports: [],
    scans: [],
    waiting: { count: 0, since: null },
    call: { state: "none", id: "", leftS: 0, at: 0, seenAt: 0, hasPlace: false },
  });
}
