/** Owns the sound of a new incident, made here (no file), and what a screen reader is told. */
import { onScopeDispose, ref, watch } from "vue";
import { useI18n } from "vue-i18n";
import { useLive } from "@/stores/live";
import { usePreferences } from "@/stores/preferences";

/** Two short tones, higher and closer together the graver the incident. */
function chime(context: AudioContext, severity: number): void {
  const base = severity === 1 ? 880 : severity === 2 ? 660 : 523;
  [base, base * 1.26, ...(severity === 1 ? [base, base * 1.26] : [])].forEach((frequency, at) => {
    const start = context.currentTime + at * 0.17;
    const tone = context.createOscillator();
    const volume = context.createGain();
    tone.frequency.value = frequency;
    volume.gain.setValueAtTime(0, start);
    volume.gain.linearRampToValueAtTime(0.16, start + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.001, start + 0.3);
    tone.connect(volume).connect(context.destination);
    tone.start(start);
    tone.stop(start + 0.32);
  });
}

export function useAlarm() {
  const { t } = useI18n();
  const live = useLive();
  const preferences = usePreferences();
  const spoken = ref("");
  let context: AudioContext | null = null;

  watch(
    () => live.arrived,
    (arrived) => {
      const newest = arrived.at(-1);
      if (!newest) return;
      spoken.value = t("queue.arrived", { title: newest.title, place: newest.place });
      if (!preferences.sound) return;
      context ??= new AudioContext();
      // Before the first click a browser keeps it suspended; then the flash has to do.
      void context.resume();
      chime(context, newest.severity);
    },
  );
  watch(
    () => preferences.sound,
    (on) => {
      if (!on) return;
      context ??= new AudioContext();
      void context.resume();
      chime(context, 3);
    },
  );
  onScopeDispose(() => void context?.close());
  return { spoken };
}
