/** Owns the wording of a recommendation's reasons: codes and values from the server, words here. */
import { useI18n } from "vue-i18n";
import { useFormat } from "@/format/useFormat";
import { useInstallation } from "@/stores/installation";
import type { Reason } from "@/wire/messages";

export function useReasons() {
  const { t, te } = useI18n();
  const format = useFormat();
  const place = useInstallation();

  /** Values as people write them: keys say their unit. */
  function words(values: NonNullable<Reason["values"]>): Record<string, string | number> {
    const said: Record<string, string | number> = { ...values };
    for (const [key, value] of Object.entries(values)) {
      if (typeof value === "number") {
        if (/(_m|M)$/.test(key)) said["distance"] = format.length(value);
        if (/(_s|S)$/.test(key)) said["age"] = said["minutes_"] = format.duration(value);
        if (/(travel_s|travelS)$/.test(key)) said["minutes"] = Math.max(1, Math.round(value / 60));
        if (/^(battery|share)/.test(key)) said["percent"] = format.percent(value);
      }
      if (/grid/i.test(key) && typeof value === "string") said["grid"] = place.areaName(value);
    }
    return said;
  }

  function reasonText(reason: Reason): string {
    const key = `reasons.${reason.code}`;
    return te(key) ? t(key, words(reason.values ?? {})) : reason.code;
  }

  return { reasonText };
}
