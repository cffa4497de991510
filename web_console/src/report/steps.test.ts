import { describe, expect, it } from "vitest";
import type { ResidentStatus } from "@/wire/messages";
import { stepsOf } from "./steps";

const status = (values: Partial<ResidentStatus>): ResidentStatus => ({
  caseCode: "20261121-0001",
  state: "received",
  reportedAt: "2026-11-21T09:00:00Z",
  acceptedAt: null,
  startedAt: null,
  closedAt: null,
  groupName: null,
  answer: null,
  merged: false,
  mayRate: false,
  stars: null,
  ...values,
});

describe("the steps of a report", () => {
  it("are reached up to where it is now", () => {
    const steps = stepsOf(status({ state: "working", acceptedAt: "2026-11-21T09:05:00Z" }));
    expect(steps.map((step) => step.reached)).toEqual([true, true, true, false]);
    expect(steps.find((step) => step.now)?.step).toBe("working");
    expect(steps[1]?.at).toBe("2026-11-21T09:05:00Z");
  });

  it("show no time that lies behind it, such as of work done before a rework", () => {
    const steps = stepsOf(status({ state: "accepted", startedAt: "2026-11-21T09:06:00Z" }));
    expect(steps[2]).toEqual({ step: "working", at: null, reached: false, now: false });
  });

  it("of a refused one are two", () => {
    const steps = stepsOf(status({ state: "refused", closedAt: "2026-11-21T10:00:00Z" }));
    expect(steps.map((step) => step.step)).toEqual(["received", "refused"]);
  });
});
