/**
 * Owns one live connection: opening, silence detection, jittered back-off, and that nothing of a
 * superseded socket is ever heard. Not what messages mean (`state/live.ts`, `state/fleet.ts`).
 */
import { type LiveMessage, readLiveMessage } from "./live";

/** The server ticks four times a second; so long a silence means that the line is dead. */
const SILENCE_MAX_MS = 5_000;
const BACKOFF_FIRST_MS = 500;
const BACKOFF_MAX_MS = 8_000;

export type Phase =
  | { readonly kind: "connecting" }
  | { readonly kind: "live" }
  | { readonly kind: "waiting"; readonly retryAtMs: number };

export interface LiveSocketOptions {
  readonly url: string;
  readonly onMessage: (message: LiveMessage) => void;
  readonly onFrame: (frame: ArrayBuffer) => void;
  readonly onPhase: (phase: Phase) => void;
  /** The server closed before saying anything: the session may have run out. */
  readonly onRefused: () => void;
  readonly open?: (url: string) => WebSocket;
  readonly random?: () => number;
}

export interface LiveSocket {
  close(): void;
}

export function backoffMs(attempt: number, random: number): number {
  const ceiling = Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** attempt);
  return Math.round(ceiling * (0.5 + random / 2));
}

export function openLiveSocket(options: LiveSocketOptions): LiveSocket {
  const open = options.open ?? ((url: string) => new WebSocket(url));
  const random = options.random ?? Math.random;
  let socket: WebSocket | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let attempt = 0;
  let heard = false;

  function arm(delayMs: number, act: () => void): void {
    clearTimeout(timer);
    timer = setTimeout(act, delayMs);
  }

  function drop(): void {
    const old = socket;
    socket = null;
    old?.close();
  }

  function retry(): void {
    drop();
    if (!heard) options.onRefused();
    const delayMs = backoffMs(attempt, random());
    attempt += 1;
    options.onPhase({ kind: "waiting", retryAtMs: Date.now() + delayMs });
    arm(delayMs, connect);
  }

  function receive(received: unknown): void {
    heard = true;
    arm(SILENCE_MAX_MS, retry);
    if (received instanceof ArrayBuffer) {
      options.onFrame(received);
      return;
    }
    const message = typeof received === "string" ? readLiveMessage(received) : null;
    if (message?.type === "snapshot") {
      attempt = 0;
      options.onPhase({ kind: "live" });
    }
    if (message) options.onMessage(message);
  }

  function connect(): void {
    heard = false;
    options.onPhase({ kind: "connecting" });
    const mine = open(options.url);
    mine.binaryType = "arraybuffer";
    socket = mine;
    const ifMine = (act: () => void) => (): void => {
      if (socket === mine) act();
    };
    mine.onmessage = (event: MessageEvent<unknown>) => ifMine(() => receive(event.data))();
    mine.onclose = ifMine(retry);
    mine.onerror = ifMine(retry);
    arm(SILENCE_MAX_MS, retry);
  }

  connect();
  return {
    close() {
      clearTimeout(timer);
      drop();
    },
  };
}

/** The live socket's address beside the page's own. */
export function liveUrl(location: Location): string {
  return `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/api/live`;
}
