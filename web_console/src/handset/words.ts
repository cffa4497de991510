/** Owns the page's language and how it writes times and lengths; the words are in `i18n/`. */
import { createI18n, useI18n } from "vue-i18n";
import { spaced } from "@/format/spaced";
import { handset as en } from "@/i18n/en/handset";
import { handset as zh } from "@/i18n/zh/handset";
import { state } from "./state";

export type Locale = "zh" | "en";
const KEY = "gridbeat.handset.locale";

export const words = createI18n({
  legacy: false,
  locale: localStorage.getItem(KEY) === "en" ? "en" : "zh",
  fallbackLocale: "zh",
  messages: { zh, en },
});

export function speak(locale: Locale): void {
  words.global.locale.value = locale;
  localStorage.setItem(KEY, locale);
  document.documentElement.lang = locale === "zh" ? "zh-CN" : "en";
  document.title = words.global.t("enrol.title");
}

type Instant = string | number | Date;
const dateOf = (at: Instant): Date => new Date(typeof at === "number" ? at * 1000 : at);

/** Numbers are Unix seconds; all in the installation's time zone, on a 24-hour clock. */
export function useWords() {
  const { t, locale } = useI18n();
  const tag = () => (locale.value === "zh" ? "zh-CN" : "en-GB");
  const timeZone = () => state.me?.timeZone ?? "Asia/Shanghai";
  const write = (at: Instant, options: Intl.DateTimeFormatOptions): string =>
    new Intl.DateTimeFormat(tag(), { timeZone: timeZone(), hourCycle: "h23", ...options }).format(
      dateOf(at),
    );
  const clock = (at: Instant): string => write(at, { hour: "2-digit", minute: "2-digit" });
  const isoDay = (at: Instant): string =>
    new Intl.DateTimeFormat("sv-SE", { timeZone: timeZone(), dateStyle: "short" }).format(
      dateOf(at),
    );
  /** "11-22", "22 Nov". */
  const shortDay = (at: Instant): string =>
    locale.value === "zh" ? isoDay(at).slice(5) : write(at, { month: "short", day: "numeric" });
  const stamp = (at: Instant): string =>
    isoDay(at) === isoDay(state.nowS) ? clock(at) : `${shortDay(at)} ${clock(at)}`;
  /** Of a day YYYY-MM-DD. */
  const date = (day: string): string =>
    spaced(
      new Intl.DateTimeFormat(tag(), {
        timeZone: "UTC",
        month: "long",
        day: "numeric",
        weekday: "short",
      }).format(new Date(`${day}T00:00:00Z`)),
    );

  /** The instant of a clock time HH:MM of a day YYYY-MM-DD where this installation is. */
  const instantOf = (day: string, time: string): string => {
    const guess = Date.parse(`${day}T${time}:00Z`);
    const shown = new Intl.DateTimeFormat("sv-SE", {
      timeZone: timeZone(),
      dateStyle: "short",
      timeStyle: "medium",
    }).format(guess);
    const aheadMs = Date.parse(`${shown.replace(" ", "T")}Z`) - guess;
    return new Date(guess - aheadMs).toISOString();
  };

  function duration(lengthS: number): string {
    const total = Math.max(0, Math.round(lengthS));
    if (total < 60) return t("time.seconds", { n: total });
    const minutes = Math.ceil(total / 60);
    const [h, m] = [Math.floor(minutes / 60), minutes % 60];
    if (h >= 48) return t("time.days", { n: Math.floor(h / 24) });
    if (h === 0) return t("time.minutes", { n: m });
    return m ? t("time.hoursMinutes", { h, m }) : t("time.hours", { h });
  }

  function length(lengthM: number): string {
    const short = lengthM < 995;
    const written = new Intl.NumberFormat(tag(), {
      style: "unit",
      unit: short ? "meter" : "kilometer",
      maximumFractionDigits: 1,
    }).format(short ? Math.max(10, Math.round(lengthM / 10) * 10) : lengthM / 1000);
    return spaced(written);
  }

  const percent = (share: number): string =>
    new Intl.NumberFormat(tag(), { style: "percent", maximumFractionDigits: 0 }).format(share);

  return { t, locale, clock, stamp, date, isoDay, instantOf, duration, length, percent };
}
