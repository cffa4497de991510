/** Owns how results are ordered and how a period is stepped through. There is no ranking. Pure. */
import type { AssessmentRow, SchemeBand } from "@/wire/messages";

export type Order = "area" | "name" | "band";
const zh = new Intl.Collator("zh-CN");

/** By area and then name, by name, or grouped by grade and then name: never by score. */
export function sortedRows(
  rows: readonly AssessmentRow[],
  order: Order,
  bands: readonly SchemeBand[],
): AssessmentRow[] {
  const rank = new Map(bands.map((band, at) => [band.code, at]));
  const byName = (a: AssessmentRow, b: AssessmentRow): number =>
    zh.compare(a.name, b.name) || zh.compare(a.code, b.code);
  const byBand = (row: AssessmentRow): number => rank.get(row.band ?? "") ?? bands.length;
  return [...rows].sort((a, b) => {
    if (order === "band") return byBand(a) - byBand(b) || byName(a, b);
    if (order === "area") return zh.compare(a.areaCode, b.areaCode) || byName(a, b);
    return byName(a, b);
  });
}

/** The period `by` later: 2026-11 is a month, 2026-H2 a half-year. */
export function shiftPeriod(period: string, by: number): string {
  const [year = "", part = ""] = period.split("-");
  if (part.startsWith("H")) {
    const count = Number(year) * 2 + Number(part.slice(1)) - 1 + by;
    return `${Math.floor(count / 2)}-H${(count % 2) + 1}`;
  }
  const count = Number(year) * 12 + Number(part) - 1 + by;
  return `${Math.floor(count / 12)}-${String((count % 12) + 1).padStart(2, "0")}`;
}
