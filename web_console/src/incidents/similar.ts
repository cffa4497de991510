/** Owns how near duplicates are judged for showing: which reasons, and which one may be merged. Pure. */
import type { Incident, IncidentSummary, SimilarIncident } from "@/wire/messages";

/** Seconds between the two reports; negative: the other one came first. */
export const apartS = (here: IncidentSummary, other: SimilarIncident): number =>
  (Date.parse(other.reportedAt) - Date.parse(here.reportedAt)) / 1000;

/** Once somebody is on a case it can only be the one that is kept. */
export const canBeMerged = ({ status }: Pick<IncidentSummary, "status">): boolean =>
  status === "reported" || status === "accepted";

/** Which of the two is proposed to be kept: the one that is being handled, else the earlier one. */
export function proposedKept(here: Incident, other: Incident): Incident {
  if (canBeMerged(here) !== canBeMerged(other)) return canBeMerged(here) ? other : here;
  return here.reportedAt <= other.reportedAt ? here : other;
}
