import { expect, it } from "vitest";
import { AT, makeIncident } from "@/state/builders";
import type { Incident, IncidentEvent } from "@/wire/messages";
import { changedSince } from "./conflict";

const event = (version: number, kind: string): IncidentEvent => ({
  version,
  at: AT,
  kind,
  actorKind: "account",
  actor: "张伟",
  body: {},
});
const file = (...events: IncidentEvent[]): Incident => ({
  ...makeIncident({ version: events.length }),
  description: "",
  packVersion: "1",
  events,
  allowed: [],
});

it("says what others did since, not what the clock noted", () => {
  const fresh = file(event(1, "opened"), event(2, "warned"), event(3, "status"));
  const found = changedSince(fresh, 1);
  expect(found?.events.map((each) => each.version)).toEqual([3]);
  expect([found?.had, found?.now]).toEqual([1, 3]);
});

it("is no conflict when nobody did anything", () => {
  expect(changedSince(file(event(1, "opened"), event(2, "overdue")), 1)).toBeNull();
});
