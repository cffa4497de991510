/** Owns one worker's day: the verdict with its stays, and the track it was made from. */
import { ref, shallowRef } from "vue";
import { dayBounds } from "@/format/days";
import { useInstallation } from "@/stores/installation";
import { useSession } from "@/stores/session";
import { showProblem } from "@/ui/problems";
import * as endpoints from "@/wire/endpoints";
import type { AttendanceDay, Track } from "@/wire/messages";

export function useEvidence(workerId: number, day: string) {
  const place = useInstallation();
  const session = useSession();
  const verdict = shallowRef<AttendanceDay | null>(null);
  const track = shallowRef<Track | null>(null);
  /** Index of the stay that list, strip and map point at together; -1: none. */
  const pointed = ref(-1);

  const failed = ref(false);

  async function load(): Promise<void> {
    failed.value = false;
    try {
      verdict.value = await endpoints.fetchAttendanceDay(workerId, day);
      if (!session.may.tracks) return;
      const { from, to } = dayBounds(day, place.timeZone);
      track.value = await endpoints.fetchTrack(workerId, from, to, "attendance");
    } catch (error) {
      failed.value = verdict.value === null;
      showProblem(error);
    }
  }

  void load();
  return { verdict, track, pointed, failed, load };
}
