import { expect, it } from "vitest";
import { makeIncident } from "@/state/builders";
import type { Incident, IncidentSummary } from "@/wire/messages";
import { canBeMerged, proposedKept } from "./similar";

const file = (given: Partial<IncidentSummary>): Incident => ({
  ...makeIncident(given),
  description: "",
  packVersion: "1",
  events: [],
  allowed: [],
});

it("keeps the one that is being handled, else the one that was reported first", () => {
  const early = file({ id: "early", reportedAt: "2026-11-21T00:00:00Z" });
  const late = file({ id: "late", reportedAt: "2026-11-21T01:00:00Z" });
  const handled = file({ ...late, id: "handled", status: "handling" });
  expect(proposedKept(late, early).id).toBe("early");
  expect(proposedKept(early, handled).id).toBe("handled");
});

it("merges only cases that nobody is on", () => {
  const statuses = ["reported", "accepted", "dispatched", "handled"] as const;
  expect(statuses.map((status) => canBeMerged({ status }))).toEqual([true, true, false, false]);
});
