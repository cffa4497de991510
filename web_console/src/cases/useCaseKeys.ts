/** Owns the keys of the list: up and down open the neighbours, D sends somebody, Esc closes. */
import type { Ref } from "vue";
import { useDispatching } from "@/incidents/dispatching";
import { useSelection } from "@/stores/selection";
import { useSession } from "@/stores/session";
import { useKeys } from "@/ui/useKeys";
import type { IncidentSummary } from "@/wire/messages";

export function useCaseKeys(rows: Ref<readonly IncidentSummary[]>, leave: () => void): void {
  const selection = useSelection();
  const session = useSession();
  const dispatching = useDispatching();

  function step(by: 1 | -1): void {
    const ids = rows.value.map(({ id }) => id);
    const at = ids.indexOf(selection.incidentId ?? "");
    const next = at < 0 ? 0 : Math.min(ids.length - 1, Math.max(0, at + by));
    const id = ids[next];
    if (id === undefined) return;
    selection.selectIncident(id);
    document.querySelector(`[data-incident-id="${id}"]`)?.scrollIntoView({ block: "nearest" });
  }

  function dispatch(): void {
    if (session.may.dispatch && selection.incidentId !== null)
      void dispatching.send(selection.incidentId, null);
  }

  useKeys({ ArrowDown: () => step(1), ArrowUp: () => step(-1), Escape: leave, d: dispatch });
}
