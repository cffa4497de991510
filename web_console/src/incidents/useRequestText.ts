/** Owns how an extension is worded: so many working hours and days. */
import { useI18n } from "vue-i18n";
import type { ClockRequest } from "@/wire/messages";

export function useRequestText() {
  const { t } = useI18n();

  const amountText = ({ hours, days }: Pick<ClockRequest, "hours" | "days">): string =>
    [
      days ? t("workflow.request.amountOf.days", { n: days }) : "",
      hours ? t("workflow.request.amountOf.hours", { n: hours }) : "",
    ]
      .filter(Boolean)
      .join(" ");

  return { amountText };
}
