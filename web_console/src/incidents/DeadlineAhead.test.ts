import { mount } from "@vue/test-utils";
import { createPinia, setActivePinia } from "pinia";
import { beforeEach, expect, it, vi } from "vitest";
import { i18n } from "@/i18n";
import type { ForeseenDeadline, IncidentEvent } from "@/wire/messages";
import CaseTimeline from "./CaseTimeline.vue";
import DeadlineAhead from "./DeadlineAhead.vue";

const NOW = "2026-11-20T02:00:00Z"; // 10:00 in China
const standing: ForeseenDeadline = {
  dueAt: "2026-11-20T06:00:00Z",
  dueAfter: null,
  leftS: null,
  dayAndNight: false,
};

beforeEach(() => {
  vi.useFakeTimers({ now: new Date(NOW) });
  setActivePinia(createPinia());
  i18n.global.locale.value = "zh";
});

const told = (change: Partial<ForeseenDeadline>): string =>
  mount(DeadlineAhead, {
    props: { foreseen: { ...standing, ...change } },
    global: { plugins: [i18n] },
  }).text();

it("shows the deadline now and after an extension", () => {
  const text = told({ dueAfter: "2026-11-24T06:00:00Z" });
  expect(text).toContain("11-20 14:00");
  expect(text).toContain("11-24 14:00");
  expect(text).not.toContain("仍为超期");
});

it("says so when a case is overdue even after the extension", () => {
  expect(told({ dueAt: "2026-11-19T01:00:00Z", dueAfter: "2026-11-20T01:00:00Z" })).toContain(
    "仍为超期",
  );
});

it("says what is left in working hours when the clock stops, or by day and night", () => {
  expect(told({ leftS: 5.5 * 3600 })).toContain("还剩 5.5 个工作小时");
  expect(told({ leftS: 1200, dayAndNight: true })).toContain("20 分");
  expect(told({ leftS: 0 })).toContain("恢复后仍为超期");
});

it("says in the case file when an entry of the clock came late", () => {
  const late: IncidentEvent = {
    version: 2,
    at: NOW,
    kind: "overdue",
    actorKind: "system",
    actor: "",
    body: { dueAt: "2026-11-20T00:30:00Z", plannedAt: "2026-11-20T00:30:00Z" },
  };
  const timeline = mount(CaseTimeline, {
    props: { events: [{ ...late, version: 1, body: {} }, late] },
    global: { plugins: [i18n] },
  });
  expect(timeline.findAll("li")[0]?.text()).toContain("应于 11-20 08:30 记录，延后补记");
  expect(timeline.findAll("li")[1]?.text()).not.toContain("补记");
});
