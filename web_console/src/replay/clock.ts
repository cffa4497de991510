/**
 * Owns the replay's clock: where it stands, how fast it goes, when it must wait. Pure; seconds since
 * the start of the replay.
 */
export const SPEEDS = [1, 2, 5, 10, 30, 60, 120, 300, 600] as const;
export const STEP_S = 10;
export const LEAP_S = 300;
/** A window that was hidden does not catch up what it missed. */
const TICK_MAX_S = 1;

export interface ReplayClock {
  readonly atS: number;
  readonly lengthS: number;
  readonly speed: number;
  readonly playing: boolean;
  /** It wants to go on, and what comes next has not arrived. */
  readonly waiting: boolean;
}

export const newClock = (lengthS: number, atS = 0, speed = 60): ReplayClock => ({
  atS: clamp(atS, lengthS),
  lengthS,
  speed: SPEEDS.find((each) => each === speed) ?? 60,
  playing: false,
  waiting: false,
});

const clamp = (atS: number, lengthS: number): number => Math.min(lengthS, Math.max(0, atS));

/** Time passed on this computer. `isReady`: whether an instant can be shown. */
export function tick(
  clock: ReplayClock,
  passedS: number,
  isReady: (atS: number) => boolean,
): ReplayClock {
  if (!clock.playing) return clock.waiting ? { ...clock, waiting: false } : clock;
  const atS = clamp(clock.atS + Math.min(passedS, TICK_MAX_S) * clock.speed, clock.lengthS);
  if (!isReady(atS)) return clock.waiting ? clock : { ...clock, waiting: true };
  return { ...clock, atS, waiting: false, playing: atS < clock.lengthS };
}

export const seek = (clock: ReplayClock, atS: number): ReplayClock => ({
  ...clock,
  atS: clamp(atS, clock.lengthS),
});

export const stepBy = (clock: ReplayClock, byS: number): ReplayClock =>
  seek({ ...clock, playing: false }, clock.atS + byS);

/** Play or pause; at the end it begins anew. */
export function toggle(clock: ReplayClock): ReplayClock {
  const ended = !clock.playing && clock.atS >= clock.lengthS;
  return { ...clock, playing: !clock.playing, waiting: false, atS: ended ? 0 : clock.atS };
}

export const pause = (clock: ReplayClock): ReplayClock => ({
  ...clock,
  playing: false,
  waiting: false,
});

export const setSpeed = (clock: ReplayClock, speed: number): ReplayClock => ({ ...clock, speed });

/** The next faster (1) or slower (-1) speed. */
export function shiftSpeed(clock: ReplayClock, by: 1 | -1): ReplayClock {
  const now = SPEEDS.findIndex((each) => each >= clock.speed);
  const next = SPEEDS[Math.min(SPEEDS.length - 1, Math.max(0, now + by))];
  return setSpeed(clock, next ?? clock.speed);
}

/** What is read ahead, in seconds of this computer's time. */
const AHEAD_S = 20;
const AHEAD_CHUNKS_MAX = 24;

/** Which chunks are wanted, the most urgent first: what is shown, what is near, what comes. */
export function wantedChunks(clock: ReplayClock, chunkS: number): number[] {
  const chunks = Math.ceil(clock.lengthS / chunkS);
  const now = chunkAt(clock.atS, chunkS, chunks);
  const ahead = Math.min(AHEAD_CHUNKS_MAX, Math.ceil((AHEAD_S * clock.speed) / chunkS) + 1);
  const wanted = [now, now + 1, now - 1, now - 2];
  for (let step = 2; step <= ahead; step += 1) wanted.push(now + step);
  return wanted.filter((index) => index >= 0 && index < chunks);
}

export const chunkAt = (atS: number, chunkS: number, chunks: number): number =>
  Math.min(Math.max(0, chunks - 1), Math.floor(atS / chunkS));
