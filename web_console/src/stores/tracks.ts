/** Owns the one track that is being looked at. Every fetch is logged by the server. */
import { defineStore } from "pinia";
import { ref, shallowRef } from "vue";
import * as endpoints from "@/wire/endpoints";
import type { Track } from "@/wire/messages";

export const useTracks = defineStore("tracks", () => {
  const track = shallowRef<Track | null>(null);
  const busy = ref(false);

  async function look(workerId: number, from: Date, to: Date): Promise<void> {
    busy.value = true;
    try {
      track.value = await endpoints.fetchTrack(workerId, from, to, "map");
    } finally {
      busy.value = false;
    }
  }

  return { track, busy, look, hide: () => (track.value = null) };
});
