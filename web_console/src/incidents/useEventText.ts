/** Owns the wording of case file entries: kinds and bodies come from the server, words from here. */
import { useI18n } from "vue-i18n";
import type { IncidentEvent } from "@/wire/messages";

const camel = (name: string): string =>
  name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
const capital = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

export function useEventText() {
  const { t, te } = useI18n();
  const orRaw = (key: string, raw: string): string => (te(key) ? t(key) : raw);

  function worded(name: string, value: string): string {
    if (name === "role") return orRaw(`roles.${value}`, value);
    return name === "requestKind" ? orRaw(`clockRequest.${value}`, value) : value;
  }

  function eventText(event: IncidentEvent): string {
    const { body, kind } = event;
    const to = String(body["to"] ?? "");
    if (kind === "opened") {
      const source = String(body["source"] ?? "");
      return t("event.opened", { source: orRaw(`source.${source}`, source) });
    }
    if (kind === "status") return t("event.status", { to: orRaw(`status.${to}`, to) });
    if (kind === "dispatch") {
      const key = `event.dispatch${capital(camel(to))}`;
      return te(key) ? t(key, { worker: String(body["worker"] ?? "") }) : to;
    }
    const key = `event.${camel(kind)}`;
    const values = Object.fromEntries(
      Object.entries(body).map(([name, v]) => [name, worded(name, String(v))]),
    );
    values["verdict"] = t(
      body["granted"] === true ? "clockRequest.granted" : "clockRequest.denied",
    );
    return te(key) ? t(key, values) : t("event.other", { kind });
  }

  return { eventText };
}
