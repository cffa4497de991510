/** Owns the wording of a recommendation's reasons: codes and values from the server, words here. */
import { useI18n } from "vue-i18n";
import { useFormat } from "@/format/useFormat";
import { useInstallation } from "@/stores/installation";
import type { Reason } from "@/wire/messages";

export function useReasons() {
  const { t, te } = useI18n();
  const format = useFormat();
  const place = useInstallation();

  /** Values as people write them: a key says its unit. */
  function words(values: NonNullable<Reason["values"]>): Record<string, string | number> {
    const said: Record<string, string | number> = { ...values };
    for (const [key, value] of Object.entries(values)) {
      if (typeof value === "string") {
        if (key === "gridCode") said["grid"] = place.areaName(value);
      } else if (key.endsWith("M")) said["distance"] = format.length(value);
      else if (key.endsWith("S")) said["age"] = format.duration(value);
      else if (key === "battery") said["percent"] = format.percent(value);
    }
    return said;
  }

  function reasonText(reason: Reason): string {
    const key = `reasons.${reason.code}`;
    return te(key) ? t(key, words(reason.values ?? {})) : reason.code;
  }

  return { reasonText };
}
