/** Owns the HTTP calls for a month of attendance. */
import { call } from "./http";
import type { ExceptionLine, Exceptions, MonthBoard, MonthChanges, WorkerMonth } from "./messages";

export type ExceptionKind = ExceptionLine["kinds"][number];

const query = (values: Record<string, string | null>): string => {
  const pairs = Object.entries(values).filter((pair): pair is [string, string] => !!pair[1]);
  return `?${new URLSearchParams(pairs)}`;
};

export const fetchMonthBoard = (month: string, area: string | null) =>
  call<MonthBoard>("GET", `/api/attendance/months${query({ month, area })}`);
export const fetchExceptions = (month: string, area: string | null, kind: ExceptionKind | null) =>
  call<Exceptions>("GET", `/api/attendance/exceptions${query({ month, area, kind })}`);
/** Of the last year. */
export const fetchMonthChanges = (area: string | null) =>
  call<MonthChanges>("GET", `/api/attendance/month-changes${query({ area })}`);
export const fetchWorkerMonth = (workerId: number, month: string) =>
  call<WorkerMonth>("GET", `/api/attendance/${workerId}/months/${month}`);
