/** Owns the open incidents on the map: one element each, pulsing while nobody is on the way. */
import { Marker } from "maplibre-gl";
import { onScopeDispose, watch } from "vue";
import { useI18n } from "vue-i18n";
import { toMapDatum } from "@/format/datum";
import { isOpen, isOverdue, isWaiting } from "@/state/incidents";
import { useInstallation } from "@/stores/installation";
import { useSelection } from "@/stores/selection";
import type { IncidentSummary } from "@/wire/messages";
import { useMap } from "./context";
import { useScene } from "./scene";
import "./incident_markers.css";

export function useIncidentMarkers({ interactive }: { interactive: boolean }): void {
  const { map } = useMap();
  const { t } = useI18n();
  const scene = useScene();
  const place = useInstallation();
  const selection = useSelection();
  const markers = new Map<string, Marker>();
  let placed: Marker | null = null;

  function makeElement(incident: IncidentSummary): HTMLElement {
    const element = document.createElement(interactive ? "button" : "div");
    element.innerHTML = '<i class="wave endless"></i><i class="drop"></i><b></b>';
    element.dataset["testid"] = "incident-marker";
    if (interactive) {
      element.addEventListener("click", (event) => {
        event.stopPropagation();
        if (!selection.placing) selection.selectIncident(incident.id);
      });
    }
    return element;
  }

  function dress(element: HTMLElement, incident: IncidentSummary): void {
    const look = [
      "incident-marker maplibregl-marker maplibregl-marker-anchor-center",
      `severity-${incident.severity}`,
      isWaiting(incident) ? "waiting" : "",
      isOverdue(incident, scene.nowMs) ? "overdue" : "",
      incident.source === "duress" ? "duress" : "",
      selection.incidentId === incident.id ? "selected" : "",
    ].join(" ");
    const name = `${t(`severity.${incident.severity}`)} ${incident.severity} ${incident.title}`;
    // Whatever is written anew is painted anew, and the whole map put together again.
    if (element.className === look && element.getAttribute("aria-label") === name) return;
    element.className = look;
    element.setAttribute("aria-label", name);
    element.title = incident.title;
    element.tabIndex = -1; // by keyboard one comes to each through the queue
    const mark = element.querySelector("b");
    if (mark) mark.textContent = incident.source === "duress" ? "!" : String(incident.severity);
  }

  function update(): void {
    const kept = new Set<string>();
    for (const incident of scene.incidents.values()) {
      if (!isOpen(incident) || incident.lon === null || incident.lat === null) continue;
      kept.add(incident.id);
      let marker = markers.get(incident.id);
      if (!marker) {
        const [lon, lat] = toMapDatum(place.mapDatum, [incident.lon, incident.lat]);
        marker = new Marker({ element: makeElement(incident) }).setLngLat([lon, lat]).addTo(map);
        markers.set(incident.id, marker);
      }
      dress(marker.getElement(), incident);
    }
    for (const [id, marker] of markers) {
      if (kept.has(id)) continue;
      marker.remove();
      markers.delete(id);
    }
  }

  function showPlaced(): void {
    placed?.remove();
    placed = null;
    if (!selection.placed || !selection.creating) return;
    const element = document.createElement("div");
    element.className = "placed-marker";
    const [lon, lat] = toMapDatum(place.mapDatum, selection.placed);
    placed = new Marker({ element }).setLngLat([lon, lat]).addTo(map);
  }

  watch([() => scene.incidents, () => selection.incidentId, () => scene.overdue], update, {
    immediate: true,
  });
  watch([() => selection.placed, () => selection.creating], showPlaced);
  onScopeDispose(() => {
    for (const marker of markers.values()) marker.remove();
    placed?.remove();
  });
}
