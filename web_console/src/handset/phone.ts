/** Owns what the phone itself can do for the page: battery, network, screen, sound, vibration. */

interface Battery extends EventTarget {
  readonly level: number;
}
interface PhoneNavigator extends Navigator {
  getBattery?(): Promise<Battery>;
  readonly connection?: { readonly effectiveType?: string; readonly type?: string };
}
const phone = navigator as PhoneNavigator;

let battery: Battery | null = null;
void phone.getBattery?.().then(
  (found) => {
    battery = found;
  },
  () => undefined, // some browsers keep it to themselves
);

/** Share 0–1; null where the browser does not tell. */
export const batteryShare = (): number | null => battery?.level ?? null;

export const networkName = (): string | undefined =>
  phone.connection?.type ?? phone.connection?.effectiveType;

let lock: WakeLockSentinel | null = null;

/** Keep the screen on: in the background a browser stops watching the place. */
export async function stayAwake(): Promise<boolean> {
  if (!("wakeLock" in navigator) || document.visibilityState !== "visible") return false;
  if (lock && !lock.released) return true;
  try {
    lock = await navigator.wakeLock.request("screen");
    return true;
  } catch {
    return false; // the phone saves power
  }
}

export async function maySleep(): Promise<void> {
  await lock?.release();
  lock = null;
}

let context: AudioContext | null = null;

/** A browser lets a page sound only after somebody has touched it. */
export function unlockSound(): void {
  context ??= new AudioContext();
  void context.resume();
}

function tone(at: AudioContext, frequencyHz: number, afterS: number, lengthS: number): void {
  const start = at.currentTime + afterS;
  const [oscillator, level] = [at.createOscillator(), at.createGain()];
  oscillator.type = "triangle";
  oscillator.frequency.value = frequencyHz;
  level.gain.setValueAtTime(0, start);
  level.gain.linearRampToValueAtTime(0.6, start + 0.02);
  level.gain.exponentialRampToValueAtTime(0.001, start + lengthS);
  oscillator.connect(level).connect(at.destination);
  oscillator.start(start);
  oscillator.stop(start + lengthS + 0.05);
}

const SIGNALS = {
  order: { tones: [784, 988, 1175, 784, 988, 1175], shakes: [400, 150, 400, 150, 400] },
  notice: { tones: [784, 988], shakes: [200] },
  done: { tones: [1175], shakes: [60] },
  call: { tones: [1175], shakes: [250] },
} as const;

/** Sound and vibration; what the phone does not allow stays out. */
export function signal(what: keyof typeof SIGNALS): void {
  const { tones, shakes } = SIGNALS[what];
  navigator.vibrate?.([...shakes]);
  const player = context;
  if (player?.state !== "running") return;
  for (const [at, hz] of tones.entries()) tone(player, hz, at * 0.22, 0.3);
}

/** A notification of the system, so that a locked phone shows it; where it is allowed. */
export async function notify(title: string, body: string, tag: string): Promise<void> {
  if (!("Notification" in window) || Notification.permission !== "granted") return;
  const worker = await navigator.serviceWorker?.getRegistration("/handset");
  await worker?.showNotification(title, { body, tag, icon: "/handset-192.png" });
}
