/** Owns the HTTP calls for assessments. */
import { call } from "./http";
import type { AssessmentBoard, AssessmentDetail, Closing, NewEntry, Schemes } from "./messages";

const query = (values: Record<string, string | null>): string => {
  const pairs = Object.entries(values).filter((pair): pair is [string, string] => !!pair[1]);
  return `?${new URLSearchParams(pairs)}`;
};

export const fetchSchemes = () => call<Schemes>("GET", "/api/assessment/schemes");
export const fetchAssessment = (scheme: string, period: string, area: string | null) =>
  call<AssessmentBoard>("GET", `/api/assessment${query({ scheme, period, area })}`);
export const fetchResult = (scheme: string, period: string, subjectId: number) =>
  call<AssessmentDetail>("GET", `/api/assessment/${scheme}/${period}/${subjectId}`);
export const enterValue = (body: NewEntry) =>
  call<unknown>("POST", "/api/assessment/entries", body);
export const closePeriod = (scheme: string, period: string, reason: string) =>
  call<Closing>("POST", `/api/assessment/${scheme}/${period}/closing`, { reason });
export const assessmentExportPath = (
  scheme: string,
  period: string,
  area: string | null,
  lang: string,
) => `/api/assessment/export.xlsx${query({ scheme, period, area, lang })}`;
