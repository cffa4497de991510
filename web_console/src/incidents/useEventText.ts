/** Owns the wording of case file entries: kinds and bodies come from the server, words from here. */
import { useI18n } from "vue-i18n";
import { useFormat } from "@/format/useFormat";
import { useInstallation } from "@/stores/installation";
import type { IncidentEvent } from "@/wire/messages";

const camel = (name: string): string =>
  name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
const capital = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

/** Where a clock stands still; leaving it is going on. */
const STOOD: ReadonlySet<unknown> = new Set(["suspended", "sent_back"]);

export function useEventText() {
  const { t, te } = useI18n();
  const format = useFormat();
  const place = useInstallation();
  const orRaw = (key: string, raw: string): string => (te(key) ? t(key) : raw);

  function worded(name: string, value: string): string {
    if (name === "role") return orRaw(`roles.${value}`, value);
    if (name === "group") return place.groupName(value);
    if (/^(dueAt|from|to)$/.test(name) && /^\d{4}-/.test(value)) return format.stamp(value);
    return name === "requestKind" ? orRaw(`clockRequest.${value}`, value) : value;
  }

  /** Those whose words depend on more than their kind. */
  const special: Record<
    string,
    (body: IncidentEvent["body"], values: Record<string, string>) => string
  > = {
    opened: ({ source }) =>
      t("event.opened", { source: orRaw(`source.${source}`, String(source)) }),
    status: ({ from, to, rating }) => {
      if (to === "accepted" && STOOD.has(from)) return t("workflow.event.resumed");
      const status = orRaw(`status.${to}`, String(to));
      if (!rating) return t("event.status", { to: status });
      return t("workflow.event.rated", {
        rating: orRaw(`workflow.move.ratings.${rating}`, String(rating)),
      });
    },
    dispatch: ({ to, worker }) => {
      const key = `event.dispatch${capital(camel(String(to)))}`;
      return te(key) ? t(key, { worker: String(worker ?? "") }) : String(to);
    },
    group: ({ joint, fallback }, values) =>
      joint
        ? t("workflow.event.groupJoint", values)
        : t(fallback ? "workflow.event.groupFallback" : "workflow.event.groupGiven", values),
    group_step: ({ to }, values) =>
      orRaw(`workflow.event.groupStep.${to}`, "") && t(`workflow.event.groupStep.${to}`, values),
    extended: (_, values) =>
      t("workflow.event.extendedFromTo", { from: values["from"] ?? "", to: values["dueAt"] ?? "" }),
    warned: (_, values) => t("workflow.event.warnedDue", { at: values["dueAt"] ?? "" }),
    overdue: (_, values) => t("workflow.event.overdueDue", { at: values["dueAt"] ?? "" }),
    supervised: () => t("workflow.event.supervised"),
    unsupervised: () => t("workflow.event.unsupervised"),
    upward: (_, values) => t("workflow.event.upward", values),
  };

  function eventText(event: IncidentEvent): string {
    const { body, kind } = event;
    const values = Object.fromEntries(
      Object.entries(body).map(([name, v]) => [name, worded(name, String(v))]),
    );
    const own = special[kind];
    if (own) return own(body, values);
    const key = `event.${camel(kind)}`;
    values["verdict"] = t(
      body["granted"] === true ? "clockRequest.granted" : "clockRequest.denied",
    );
    return te(key) ? t(key, values) : t("event.other", { kind });
  }

  /** What somebody wrote with it: a reason, a result, an answer, what was reported. */
  const said = ({ body, kind }: IncidentEvent): string =>
    kind === "asked" ? "" : String(body["reason"] ?? body["text"] ?? "");

  return { eventText, said };
}
