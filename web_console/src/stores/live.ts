/** Owns the console's one live connection and publishes what the reducers make of it. */
import { defineStore } from "pinia";
import { computed, ref, shallowRef } from "vue";
import type { FleetView } from "@/state/fleet_view";
import { countIncidents, isWaiting } from "@/state/incidents";
import { EMPTY_LIVE, type LiveState, reduceLive, withAlert, withIncident } from "@/state/live";
import * as endpoints from "@/wire/endpoints";
import type { ToFrameWorker } from "@/wire/frame_worker";
import FrameWorker from "@/wire/frame_worker?worker";
import type { LiveMessage } from "@/wire/live";
import { type LiveSocket, liveUrl, openLiveSocket, type Phase } from "@/wire/live_socket";
import type { Alert, IncidentSummary } from "@/wire/messages";
import { useClock } from "./clock";
import { useInstallation } from "./installation";

export const useLive = defineStore("live", () => {
  const clock = useClock();
  const place = useInstallation();
  const state = shallowRef<LiveState>(EMPTY_LIVE);
  const fleet = shallowRef<FleetView | null>(null);
  const phase = ref<Phase>({ kind: "connecting" });
  /** When the line that was there broke, by this computer's clock; null: it holds, or never was. */
  const lostAtMs = ref<number | null>(null);
  const behindUntilMs = ref(0);
  /** Incidents that came while this console watched, newest last: they flash and sound. */
  const arrived = shallowRef<readonly IncidentSummary[]>([]);
  let socket: LiveSocket | null = null;
  let worker: Worker | null = null;

  const tell = (message: ToFrameWorker, transfer: Transferable[] = []): void =>
    worker?.postMessage(message, transfer);

  function fold(message: LiveMessage): void {
    if (message.type === "snapshot") {
      clock.synchronise(message.at);
      tell({ kind: "reset", datum: place.mapDatum });
    }
    if (message.type === "behind") behindUntilMs.value = clock.nowMs + 10_000;
    if (message.type === "incident") noticeArrival(message.incident);
    state.value = reduceLive(state.value, message);
  }

  function noticeArrival(incident: IncidentSummary): void {
    if (state.value.incidents.has(incident.id) || !isWaiting(incident)) return;
    arrived.value = [...arrived.value.slice(-19), incident];
  }

  function start(): void {
    if (socket) return;
    worker = new FrameWorker();
    worker.onmessage = (event: MessageEvent<FleetView>) => {
      fleet.value = event.data;
    };
    socket = openLiveSocket({
      url: liveUrl(window.location),
      onMessage: fold,
      onFrame: (buffer) => tell({ kind: "frame", buffer }, [buffer]),
      onPhase: (next) => {
        if (next.kind === "live") lostAtMs.value = null;
        else if (phase.value.kind === "live") lostAtMs.value = Date.now();
        phase.value = next;
      },
      onRefused: () => void endpoints.fetchIncidents("open").catch(() => undefined),
    });
  }

  function stop(): void {
    socket?.close();
    worker?.terminate();
    socket = null;
    worker = null;
    state.value = EMPTY_LIVE;
    fleet.value = null;
    lostAtMs.value = null;
    phase.value = { kind: "connecting" };
  }

  /** Take in an incident that came as the answer to a command, before its delta. */
  function learn(incident: IncidentSummary): void {
    const incidents = withIncident(state.value.incidents, incident);
    if (incidents !== state.value.incidents) state.value = { ...state.value, incidents };
  }

  /** Take in an alert that came as the answer to a command, before its delta. */
  function learnAlert(alert: Alert): void {
    if (state.value.alerts.has(alert.id)) {
      state.value = { ...state.value, alerts: withAlert(state.value.alerts, alert) };
    }
  }

  const counts = computed(() => countIncidents(state.value.incidents.values(), clock.nowMs));
  const isBehind = computed(() => clock.nowMs < behindUntilMs.value);
  return {
    state,
    fleet,
    phase,
    lostAtMs,
    arrived,
    counts,
    isBehind,
    start,
    stop,
    learn,
    learnAlert,
  };
});
