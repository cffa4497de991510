import { mount } from "@vue/test-utils";
import { createPinia, setActivePinia } from "pinia";
import { beforeEach, expect, it } from "vitest";
import { i18n } from "@/i18n";
import { AT, makeDispatch, makeGroupOrder, makeIncident } from "@/state/builders";
import type { IncidentSummary } from "@/wire/messages";
import IncidentRow from "./IncidentRow.vue";

beforeEach(() => setActivePinia(createPinia()));

const shown = (given: Partial<IncidentSummary>) =>
  mount(IncidentRow, {
    props: { incident: makeIncident(given), selected: false, marked: false, fresh: false },
    global: { plugins: [i18n] },
  });
const lapsed = makeDispatch({ status: "lapsed", endedAt: AT });

it("says that whoever was sent did not answer, until somebody else is on it", () => {
  const waiting = shown({ status: "accepted", dispatches: [lapsed], escalatedTo: "duty_leader" });
  expect(waiting.find("[data-testid=row-failed]").text()).toContain("王芳");
  expect(waiting.find("[data-testid=row-escalated]").text()).toContain("值班长");
  const again = shown({ status: "dispatched", dispatches: [lapsed, makeDispatch()] });
  expect(again.find("[data-testid=row-failed]").exists()).toBe(false);
});

it("names the groups that are at work, and what waits for a ruling", () => {
  const pendingRequest = {
    id: "r1",
    kind: "sent_back",
    reason: "非本组职责",
    askedAt: AT,
    askedBy: "职能组",
  } as const;
  const row = shown({ status: "dispatched", groupOrders: [makeGroupOrder()], pendingRequest });
  expect(row.text()).toContain("shizheng");
  expect(row.find("[data-testid=row-asked]").text()).toContain("回退");
});
