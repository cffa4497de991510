/** Owns what a case's panel says first: who looks at it besides, what stands still, what is late. */
import { computed, type Ref } from "vue";
import { useI18n } from "vue-i18n";
import { useFormat } from "@/format/useFormat";
import { isOpen, isOverdue, isSupervised } from "@/state/incidents";
import { useClock } from "@/stores/clock";
import { useInstallation } from "@/stores/installation";
import type { Incident, IncidentEvent, IncidentSummary } from "@/wire/messages";

export interface Alert {
  readonly kind: string;
  readonly tone: "red" | "amber" | "violet" | "blue" | "grey";
  readonly title: string;
  readonly text: string;
  readonly by?: string;
}

export function useAlerts(
  summary: Ref<IncidentSummary | null>,
  file: Ref<Incident | null>,
): { alerts: Ref<Alert[]> } {
  const { t, te } = useI18n();
  const clock = useClock();
  const format = useFormat();
  const place = useInstallation();

  const lastOf = (kind: string): IncidentEvent | undefined =>
    file.value?.events.filter((event) => event.kind === kind).at(-1);

  function supervised(incident: IncidentSummary): Alert[] {
    const { supervision } = incident;
    if (!supervision || !isSupervised(incident)) return [];
    const by = t("workflow.alert.supervisedBy", {
      by: supervision.by,
      at: format.stamp(supervision.at),
    });
    const title = t("workflow.alert.supervised");
    return [{ kind: "supervised", tone: "red", title, text: supervision.reason, by }];
  }

  function stopped({ stoppedAt, status }: IncidentSummary): Alert[] {
    if (!stoppedAt) return [];
    const values = { at: format.stamp(stoppedAt), kind: t(`status.${status}`) };
    const [title, text] = [t("workflow.alert.stopped"), t("workflow.alert.stoppedText", values)];
    return [{ kind: "stopped", tone: "violet", title, text }];
  }

  function late(incident: IncidentSummary): Alert[] {
    const { overdueAt, dueAt } = incident;
    if (isOverdue(incident, clock.nowMs)) {
      const values = {
        due: dueAt ? format.stamp(dueAt) : "",
        at: format.clockSeconds(overdueAt ?? dueAt ?? 0),
      };
      const text = t("workflow.alert.overdueText", values);
      return [{ kind: "overdue", tone: "red", title: t("workflow.alert.overdue"), text }];
    }
    const warned = lastOf("warned");
    if (!warned || incident.stoppedAt || warned.body["dueAt"] === undefined) return [];
    const isOfNow = Date.parse(String(warned.body["dueAt"])) === Date.parse(dueAt ?? "");
    if (!isOfNow || ["handled", "verified"].includes(incident.status)) return [];
    const text = t("workflow.alert.warned", { at: format.clockSeconds(warned.at) });
    return [{ kind: "warned", tone: "amber", title: t("event.warned"), text }];
  }

  function escalated({ escalatedTo }: IncidentSummary): Alert[] {
    const told = lastOf("escalated");
    if (!escalatedTo || !told) return [];
    const role = te(`roles.${escalatedTo}`) ? t(`roles.${escalatedTo}`) : escalatedTo;
    const text = t("workflow.alert.escalatedText", { at: format.clockSeconds(told.at), role });
    return [{ kind: "escalated", tone: "amber", title: t("workflow.alert.escalated"), text }];
  }

  function upward(incident: IncidentSummary): Alert[] {
    const { upward: level, upwardClasses } = place.pack ?? {};
    if (!level) return [];
    if (incident.upwardAt) {
      const title = t("workflow.alert.upward", { level });
      return [{ kind: "upward", tone: "blue", title, text: format.stamp(incident.upwardAt) }];
    }
    if (!upwardClasses?.includes(incident.classCode)) return [];
    const text = t("workflow.alert.mustUpwardText", { level });
    return [{ kind: "must-upward", tone: "red", title: t("workflow.alert.mustUpward"), text }];
  }

  const alerts = computed<Alert[]>(() => {
    const incident = summary.value;
    if (!incident || !isOpen(incident)) return [];
    return [supervised, late, escalated, stopped, upward].flatMap((each) => each(incident));
  });
  return { alerts };
}
