/** Owns what the list of cases is asked for, and how the server calls it. Pure. */
import type { CaseQuery } from "@/wire/endpoints";

export interface CaseFilter {
  readonly state: "open" | "closed" | "all";
  readonly only: "overdue" | "supervised" | "waiting" | null;
  readonly area: string | null;
  readonly classCode: string | null;
  readonly group: string | null;
  readonly source: string | null;
  /** Days of the report, YYYY-MM-DD, both included. */
  readonly from: string | null;
  readonly to: string | null;
  readonly text: string;
}

export const NO_FILTER: CaseFilter = {
  state: "open",
  only: null,
  area: null,
  classCode: null,
  group: null,
  source: null,
  from: null,
  to: null,
  text: "",
};

export const isFiltered = (filter: CaseFilter): boolean =>
  Object.entries(filter).some(([name, value]) => name !== "state" && !!value);

export function asked(filter: CaseFilter): CaseQuery {
  const { state, only, area, classCode, group, source, from, to, text } = filter;
  return {
    state,
    area,
    class: classCode,
    group,
    source,
    from,
    to,
    text: text.trim() || null,
    overdue: only === "overdue" ? "true" : null,
    supervised: only === "supervised" ? "true" : null,
    waiting: only === "waiting" ? "true" : null,
  };
}
