/** Owns how a rate is written: one decimal, a dash where no case is behind it. */
import { useI18n } from "vue-i18n";
import type { Rate } from "@/wire/messages";
import { shareOf } from "./rates";

export function useShares(): (rate: Rate | number) => string {
  const { locale } = useI18n();
  return (rate) => {
    const share = typeof rate === "number" ? rate : shareOf(rate);
    if (share === null) return "–";
    const tag = locale.value === "zh" ? "zh-CN" : "en-GB";
    return new Intl.NumberFormat(tag, { style: "percent", maximumFractionDigits: 1 }).format(share);
  };
}
