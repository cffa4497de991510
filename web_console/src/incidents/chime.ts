/**
 * Owns the console's sounds, made here (no file). Before the first click on a page a browser keeps
 * them back; then what one sees has to do.
 */
let context: AudioContext | null = null;

interface Tone {
  readonly frequencyHz: number;
  readonly afterS: number;
  readonly lengthS: number;
  readonly volume: number;
}

function sound({ frequencyHz, afterS, lengthS, volume }: Tone): void {
  if (navigator.userActivation && !navigator.userActivation.hasBeenActive) return;
  context ??= new AudioContext();
  void context.resume();
  const start = context.currentTime + afterS;
  const tone = context.createOscillator();
  const level = context.createGain();
  tone.frequency.value = frequencyHz;
  level.gain.setValueAtTime(0, start);
  level.gain.linearRampToValueAtTime(volume, start + 0.02);
  level.gain.exponentialRampToValueAtTime(0.001, start + lengthS);
  tone.connect(level).connect(context.destination);
  tone.start(start);
  tone.stop(start + lengthS + 0.02);
}

/** Two short tones, higher the graver the incident, and four for the gravest. */
export function chime(severity: number): void {
  const base = severity === 1 ? 880 : severity === 2 ? 660 : 523;
  const tones = [base, base * 1.26, ...(severity === 1 ? [base, base * 1.26] : [])];
  tones.forEach((frequencyHz, at) => {
    sound({ frequencyHz, afterS: at * 0.17, lengthS: 0.3, volume: 0.16 });
  });
}

/** Up and down, as a siren does: unlike anything else the console sounds. */
export function siren(): void {
  [988, 740, 988, 740].forEach((frequencyHz, at) => {
    sound({ frequencyHz, afterS: at * 0.32, lengthS: 0.34, volume: 0.24 });
  });
}
