import { mount } from "@vue/test-utils";
import { createPinia, setActivePinia } from "pinia";
import { beforeEach, expect, it } from "vitest";
import { i18n } from "@/i18n";
import { AT, makeIncident } from "@/state/builders";
import type { Incident, IncidentEvent, IncidentSummary } from "@/wire/messages";
import CaseAlerts from "./CaseAlerts.vue";
import { useCommands } from "./useCommands";

beforeEach(() => setActivePinia(createPinia()));

const event = (version: number, kind: string, body: IncidentEvent["body"]): IncidentEvent => ({
  version,
  at: AT,
  kind,
  actorKind: "account",
  actor: "张伟",
  body,
});
function shown(given: Partial<IncidentSummary>, file: Partial<Incident> = {}) {
  const incident = makeIncident(given);
  const whole: Incident = {
    ...incident,
    description: "",
    packVersion: "1",
    events: [],
    allowed: [],
    ...file,
  };
  return mount(CaseAlerts, { props: { incident, file: whole }, global: { plugins: [i18n] } });
}
const pendingRequest = {
  id: "r1",
  kind: "suspended",
  reason: "等材料",
  askedAt: AT,
  askedBy: "调度员",
} as const;

it("says who did what when somebody was quicker, and that nothing was done", () => {
  const { conflict } = useCommands();
  const events = [event(7, "status", { from: "handled", to: "closed" })];
  conflict.value = { incidentId: "i1", had: 6, now: 7, events };
  const text = shown({}).find("[data-testid=conflict]").text();
  for (const part of ["没有执行", "09:00:00", "张伟", "已结案", "第 7 版", "第 6 版"])
    expect(text).toContain(part);
  conflict.value = { incidentId: "another", had: 6, now: 7, events };
  expect(shown({}).find("[data-testid=conflict]").exists()).toBe(false);
  conflict.value = null;
});

it("offers a ruling to whoever may rule, and to nobody else", () => {
  expect(shown({ pendingRequest }, { mayRule: true }).find("[data-testid=rule]").exists()).toBe(
    true,
  );
  const other = shown({ pendingRequest }, { mayRule: false });
  expect(other.find("[data-testid=rule]").exists()).toBe(false);
  expect(other.text()).toContain("申请人以外");
});

it("says whom it was escalated to, since when its clock stands, and why it is supervised", () => {
  const told = event(3, "escalated", { role: "duty_leader", cause: "overdue", step: 2 });
  const escalated = shown({ escalatedTo: "duty_leader" }, { events: [told] });
  expect(escalated.find("[data-testid=alert-escalated]").text()).toContain("值班长");
  const stopped = shown({ status: "suspended", stoppedAt: AT });
  expect(stopped.find("[data-testid=alert-stopped]").text()).toContain("挂账");
  const supervision = { at: AT, by: "值班长", reason: "群众反映强烈" };
  expect(shown({ supervision }).find("[data-testid=alert-supervised]").text()).toContain(
    "群众反映强烈",
  );
  expect(
    shown({ supervision, status: "closed" }).find("[data-testid=alert-supervised]").exists(),
  ).toBe(false);
});

it("leads from a merged case to the one that was kept", async () => {
  const merged = shown({ status: "merged", mergedInto: "i2", mergedIntoCode: "20261121-0002" });
  await merged.find("[data-testid=merged-into] button").trigger("click");
  expect(merged.emitted("open")).toEqual([["i2"]]);
});
