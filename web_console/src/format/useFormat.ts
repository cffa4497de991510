/**
 * Owns how instants, durations, lengths and shares are written in the chosen language.
 * Instants are shown in the installation's time zone, on a 24-hour clock.
 */

import { computed } from "vue";
import { useI18n } from "vue-i18n";
import { useInstallation } from "@/stores/installation";
import { decimalsBeside } from "./decimals";
import { spaced } from "./spaced";

type Instant = string | number | Date;

export function useFormat() {
  const { t, locale } = useI18n();
  const place = useInstallation();
  const tag = computed(() => (locale.value === "zh" ? "zh-CN" : "en-GB"));

  const formatter = (options: Intl.DateTimeFormatOptions) =>
    computed(
      () =>
        new Intl.DateTimeFormat(tag.value, {
          timeZone: place.timeZone,
          hourCycle: "h23",
          ...options,
        }),
    );
  const two = "2-digit" as const;
  const clocks = formatter({ hour: two, minute: two });
  const seconds = formatter({ hour: two, minute: two, second: two });
  const dates = formatter({ month: "long", day: "numeric", weekday: "short" });
  const days = formatter({ month: "short", day: "numeric" });
  const daysOfYears = formatter({ year: "numeric", month: "short", day: "numeric" });
  const isoDays = computed(
    () => new Intl.DateTimeFormat("sv-SE", { timeZone: place.timeZone, dateStyle: "short" }),
  );

  const clock = (at: Instant): string => clocks.value.format(new Date(at));
  const clockSeconds = (at: Instant): string => seconds.value.format(new Date(at));
  const date = (at: Instant): string => spaced(dates.value.format(new Date(at)));
  /** A calendar day YYYY-MM-DD as an axis has room for it: "11-22", "22 Nov". */
  const shortDay = (day: string): string =>
    locale.value === "zh" ? day.slice(5) : days.value.format(new Date(`${day}T12:00:00Z`));
  /** YYYY-MM-DD in the installation's time zone. */
  const isoDay = (at: Instant): string => isoDays.value.format(new Date(at));
  /** Day and time: "11-22 14:03", "22 Nov 14:03"; of another year "2025-11-22 14:03". */
  const stamp = (at: Instant): string => {
    const iso = isoDay(at);
    const now = iso.slice(0, 4) === isoDay(Date.now()).slice(0, 4);
    const chinese = now ? iso.slice(5) : iso;
    const english = (now ? days : daysOfYears).value.format(new Date(at));
    return `${locale.value === "zh" ? chinese : english} ${clock(at)}`;
  };

  /** Two units at most: "3 分 20 秒". */
  function duration(durationS: number): string {
    const total = Math.max(0, Math.round(durationS));
    if (total < 60) return t("time.seconds", { n: total });
    const [d, h, m, s] = [
      Math.floor(total / 86400),
      Math.floor((total % 86400) / 3600),
      Math.floor((total % 3600) / 60),
      total % 60,
    ];
    if (d > 0) return h ? t("time.daysHours", { d, h }) : t("time.days", { n: d });
    if (h > 0) return m ? t("time.hoursMinutes", { h, m }) : t("time.hours", { h });
    return s && m < 10 ? t("time.minutesSeconds", { m, s }) : t("time.minutes", { n: m });
  }

  const percent = (share: number, digits = 0): string =>
    new Intl.NumberFormat(tag.value, {
      style: "percent",
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    }).format(share);
  /** Bounds and the mark, each with as many decimals as it takes to see which of them is higher. */
  function shares<Names extends "lower" | "upper">(found: Record<Names, number>, required: number) {
    const digits = decimalsBeside(required, Object.values<number>(found));
    const told = { ...found, required };
    return Object.fromEntries(
      Object.entries<number>(told).map(([name, share]) => [name, percent(share, digits)]),
    ) as Record<Names | "required", string>;
  }
  const lists = computed(
    () => new Intl.ListFormat(tag.value, { type: "conjunction", style: "narrow" }),
  );
  const list = (names: readonly string[]): string => lists.value.format(names);
  const number = (value: number): string => new Intl.NumberFormat(tag.value).format(value);

  function length(lengthM: number): string {
    const [value, unit] =
      lengthM < 995
        ? [Math.max(10, Math.round(lengthM / 10) * 10), "meter"]
        : [lengthM / 1000, "kilometer"];
    const written = new Intl.NumberFormat(tag.value, {
      style: "unit",
      unit: unit as string,
      unitDisplay: "short",
      maximumFractionDigits: 1,
    }).format(value as number);
    return spaced(written);
  }

  return {
    clock,
    clockSeconds,
    date,
    shortDay,
    stamp,
    isoDay,
    duration,
    percent,
    shares,
    number,
    length,
    list,
  };
}
