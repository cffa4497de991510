/** Owns what a rate, a row and an order of rows are on the measures page. Pure. */
import type { RowFilter } from "@/wire/measures";
import type { FigureRow, Figures, Rate } from "@/wire/messages";

export const DIMENSIONS = ["area", "group", "worker", "class", "source"] as const;
export type Dimension = (typeof DIMENSIONS)[number];

const SORTS = [
  "name",
  "reported",
  "accepted",
  "closed",
  "closure",
  "onTime",
  "rework",
  "overdueNow",
  "response",
  "arrival",
  "handling",
  "rating",
] as const;
export type Sort = (typeof SORTS)[number];

/** The share of a rate; null without a case behind it. */
export const shareOf = (rate: Rate): number | null => (rate.of ? rate.n / rate.of : null);

function measured(figures: Figures, sort: Exclude<Sort, "name">): number | null {
  if (sort === "closure" || sort === "onTime" || sort === "rework") return shareOf(figures[sort]);
  if (sort === "response" || sort === "arrival" || sort === "handling") {
    return figures[sort].medianS;
  }
  return sort === "rating" ? figures.rating.mean : figures[sort];
}

/** Rows in order; what has no value, and what belongs to nobody, comes last either way. */
export function sorted(rows: readonly FigureRow[], sort: Sort, down: boolean): FigureRow[] {
  const sign = down ? -1 : 1;
  return [...rows].sort((a, b) => {
    if ((a.key === "") !== (b.key === "")) return a.key === "" ? 1 : -1;
    if (sort === "name") return sign * a.name.localeCompare(b.name, "zh");
    const [x, y] = [measured(a.figures, sort), measured(b.figures, sort)];
    if (x === null || y === null) return Number(x === null) - Number(y === null);
    return sign * (x - y) || a.name.localeCompare(b.name, "zh");
  });
}

/** What narrows a list of cases to a row; rows without a key are those of nobody. */
export function rowFilter(dimension: Dimension, key: string): RowFilter {
  return key === "" ? { nobody: dimension } : { [dimension]: key };
}
