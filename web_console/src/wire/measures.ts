/** Owns the HTTP calls of the measures page: figures, the cases behind them, warnings, workbook. */
import { call } from "./http";
import type { EarlyWarnings, MeasuredCases, Measures } from "./messages";

/** The figures that a list of cases can be asked for. */
export type FigureName =
  | "reported"
  | "accepted"
  | "rejected"
  | "waiting"
  | "merged"
  | "void"
  | "closed"
  | "unclosed"
  | "on_time"
  | "late"
  | "rework"
  | "handled"
  | "overdue_now"
  | "response"
  | "arrival"
  | "handling"
  | "rating";
export type PeriodKind = "day" | "week" | "month" | "half_year" | "custom";

/** What is measured. `on` names a day of the period; `from` and `to` the days of a custom one. */
export interface MeasureQuery {
  period: PeriodKind;
  on: string;
  from: string;
  to: string;
  area: string | null;
  group: string | null;
}

/** What narrows a query to one row of a table. */
export interface RowFilter {
  area?: string;
  group?: string;
  class?: string;
  source?: string;
  worker?: string;
  nobody?: string;
}

function search(query: MeasureQuery, more: Record<string, string | undefined> = {}): string {
  const days = query.period === "custom" ? { from: query.from, to: query.to } : { on: query.on };
  const values = { period: query.period, ...days, area: query.area, group: query.group, ...more };
  const pairs = Object.entries(values).filter((pair): pair is [string, string] => !!pair[1]);
  return new URLSearchParams(pairs).toString();
}

export const fetchMeasures = (query: MeasureQuery) =>
  call<Measures>("GET", `/api/measures?${search(query)}`);
export const fetchMeasuredCases = (query: MeasureQuery, figure: FigureName, row: RowFilter) =>
  call<MeasuredCases>("GET", `/api/measures/cases?${search(query, { figure, ...row })}`);
export const fetchWarnings = (area: string | null) =>
  call<EarlyWarnings>("GET", `/api/measures/warnings${area ? `?area=${area}` : ""}`);
export const measuresExportPath = (query: MeasureQuery): string =>
  `/api/measures/export.xlsx?${search(query)}`;
