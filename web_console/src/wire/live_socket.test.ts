import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { backoffMs, type LiveSocketOptions, openLiveSocket, type Phase } from "./live_socket";

class FakeSocket {
  static made: FakeSocket[] = [];
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;
  onerror: (() => void) | null = null;
  binaryType = "";
  closed = false;
  constructor() {
    FakeSocket.made.push(this);
  }
  close(): void {
    this.closed = true;
  }
  say(data: unknown): void {
    this.onmessage?.({ data });
  }
}

const SNAPSHOT = JSON.stringify({ type: "snapshot", seq: "1", at: "", workers: [], incidents: [] });

function setUp() {
  const phases: Phase["kind"][] = [];
  const options = {
    url: "ws://test",
    onMessage: vi.fn(),
    onFrame: vi.fn(),
    onRefused: vi.fn(),
    onPhase: (phase: Phase) => phases.push(phase.kind),
    open: () => new FakeSocket() as unknown as WebSocket,
    random: () => 1,
  } satisfies LiveSocketOptions;
  const live = openLiveSocket(options);
  return { ...options, live, phases };
}

const socket = (at: number): FakeSocket => {
  const found = FakeSocket.made.at(at);
  if (!found) throw new Error("no such socket");
  return found;
};

beforeEach(() => {
  vi.useFakeTimers();
  FakeSocket.made = [];
});
afterEach(() => {
  vi.useRealTimers();
});

it("is live after a snapshot, and hands on frames and messages", () => {
  const { phases, onMessage, onFrame } = setUp();
  socket(0).say(SNAPSHOT);
  socket(0).say(new ArrayBuffer(16));
  expect(phases).toEqual(["connecting", "live"]);
  expect(onMessage).toHaveBeenCalledTimes(1);
  expect(onFrame).toHaveBeenCalledTimes(1);
});

it("gives a silent line up after five seconds and connects again", () => {
  const { phases } = setUp();
  socket(0).say(SNAPSHOT);
  vi.advanceTimersByTime(4_900);
  socket(0).say(new ArrayBuffer(16));
  vi.advanceTimersByTime(4_900);
  expect(phases).toEqual(["connecting", "live"]);
  vi.advanceTimersByTime(200);
  expect(socket(0).closed).toBe(true);
  vi.advanceTimersByTime(backoffMs(0, 1));
  expect(phases).toEqual(["connecting", "live", "waiting", "connecting"]);
  expect(FakeSocket.made).toHaveLength(2);
});

it("hears nothing of a superseded socket", () => {
  const { onMessage, phases } = setUp();
  socket(0).onclose?.();
  vi.advanceTimersByTime(backoffMs(0, 1));
  socket(0).say(SNAPSHOT);
  socket(0).onclose?.();
  expect(onMessage).not.toHaveBeenCalled();
  expect(phases).toEqual(["connecting", "waiting", "connecting"]);
});

it("asks about the session when it was refused before a word", () => {
  const { onRefused } = setUp();
  socket(0).onclose?.();
  expect(onRefused).toHaveBeenCalledTimes(1);
});

it("waits longer each time, jittered, up to a bound, and forgets that once live", () => {
  expect([0, 1, 2, 9].map((attempt) => backoffMs(attempt, 1))).toEqual([500, 1000, 2000, 8000]);
  expect(backoffMs(2, 0)).toBe(1000);
  setUp();
  socket(0).onclose?.();
  vi.advanceTimersByTime(500);
  socket(1).say(SNAPSHOT);
  socket(1).onclose?.();
  vi.advanceTimersByTime(500);
  expect(FakeSocket.made).toHaveLength(3);
});

it("stays closed when closed on purpose", () => {
  const { live } = setUp();
  live.close();
  vi.advanceTimersByTime(60_000);
  expect(FakeSocket.made).toHaveLength(1);
  expect(socket(0).closed).toBe(true);
});
