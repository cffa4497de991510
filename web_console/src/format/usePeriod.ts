/** Owns how a month or a half-year is written, as people do: 2026年11月, November 2026. */
import { useI18n } from "vue-i18n";

export function usePeriod() {
  const { t, locale } = useI18n();
  /** `2026-11` is a month, `2026-H2` a half-year; what is neither stays as it is. */
  return (period: string): string => {
    const [, year = "", half, month] = /^(\d{4})-(?:H([12])|(\d{2}))$/.exec(period) ?? [];
    if (half) return t(`assessment.half.${half === "1" ? "first" : "second"}`, { year });
    if (!month) return period;
    const words = new Intl.DateTimeFormat(locale.value === "zh" ? "zh-CN" : "en-GB", {
      year: "numeric",
      month: "long",
      timeZone: "UTC",
    });
    return words.format(Date.UTC(Number(year), Number(month) - 1, 1));
  };
}
