/** Owns what is selected, pointed at, or being placed on the map; shared by panels and layers. */
import { defineStore } from "pinia";
import { ref } from "vue";
import type { LonLat } from "@/format/datum";
import type { QueueFilter } from "@/state/incidents";
import { EVERYTHING_OPEN } from "@/state/incidents";

export const useSelection = defineStore("selection", () => {
  const incidentId = ref<string | null>(null);
  const workerId = ref<number | null>(null);
  const hoveredSlot = ref(-1);
  const gridCode = ref<string | null>(null);
  const filter = ref<QueueFilter>(EVERYTHING_OPEN);
  /** Show only these workers on the map: everybody, or those a number on top stands for. */
  const workerFilter = ref<"all" | "silent">("all");
  /** A form waits for a click on the map; the clicked place, WGS-84. */
  const placing = ref(false);
  const placed = ref<LonLat | null>(null);
  const creating = ref(false);

  function selectIncident(id: string | null): void {
    incidentId.value = id;
    if (id !== null) {
      workerId.value = null;
      creating.value = false;
    }
  }

  function selectWorker(id: number | null): void {
    workerId.value = id;
    if (id !== null) creating.value = false;
  }

  function closeTopmost(): void {
    if (creating.value) creating.value = false;
    else if (workerId.value !== null) workerId.value = null;
    else incidentId.value = null;
    placing.value = false;
  }

  /** Select one that the queue must show, whatever was filtered before. */
  function revealIncident(id: string): void {
    filter.value = EVERYTHING_OPEN;
    selectIncident(id);
  }

  function startCreating(): void {
    incidentId.value = null;
    workerId.value = null;
    placed.value = null;
    creating.value = true;
  }

  return {
    incidentId,
    workerId,
    hoveredSlot,
    gridCode,
    filter,
    workerFilter,
    placing,
    placed,
    creating,
    selectIncident,
    revealIncident,
    selectWorker,
    closeTopmost,
    startCreating,
  };
});
