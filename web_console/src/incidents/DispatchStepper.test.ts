import { mount } from "@vue/test-utils";
import { createPinia, setActivePinia } from "pinia";
import { beforeEach, expect, it } from "vitest";
import { i18n } from "@/i18n";
import { makeDispatch } from "@/state/builders";
import type { Dispatch } from "@/wire/messages";
import DispatchStepper from "./DispatchStepper.vue";

beforeEach(() => setActivePinia(createPinia()));

const shown = (given: Partial<Dispatch>) =>
  mount(DispatchStepper, {
    props: { dispatch: makeDispatch(given) },
    global: { plugins: [i18n] },
  });
const reached = (given: Partial<Dispatch>): string[] =>
  shown(given)
    .findAll("[data-reached=true]")
    .map((step) => step.attributes("data-testid") ?? "");

it("tells an order that was only written from one that the broker took", () => {
  expect(reached({})).toEqual(["step-ordered"]);
  expect(shown({}).text()).toContain("等待消息代理送出");
  expect(reached({ sentAt: "2026-11-21T01:00:01Z" })).toEqual(["step-ordered", "step-sent"]);
});

it("says why an order ended early, and when", () => {
  const declined = shown({
    status: "declined",
    endedAt: "2026-11-21T01:02:03Z",
    reason: "正在处理另一起",
  });
  expect(declined.find(".end").text()).toContain("拒单");
  expect(declined.find(".end").text()).toContain("09:02:03");
  expect(declined.find(".end").text()).toContain("正在处理另一起");
});

it("tells an order that lapsed from one that was declined, in words", () => {
  const ended = { endedAt: "2026-11-21T01:02:03Z" };
  const lapsed = shown({ ...ended, status: "lapsed", reason: "not_acknowledged" });
  expect(lapsed.find("[data-testid=ended-lapsed]").text()).toContain("规定时间内未接单");
  expect(lapsed.text()).not.toContain("not_acknowledged");
  const declined = shown({ ...ended, status: "declined", reason: "正在处理另一起" });
  expect(declined.find("[data-testid=ended-declined]").exists()).toBe(true);
  expect(declined.find("[data-testid=ended-lapsed]").exists()).toBe(false);
});

it("says that the time to acknowledge is over", () => {
  const late = shown({ sentAt: "2026-11-21T01:00:01Z", acknowledgeBy: "2026-11-21T01:02:00Z" });
  expect(late.text()).toContain("已过接单时限");
});

it("offers no withdrawal to somebody who may not dispatch", () => {
  expect(shown({}).find("[data-testid=withdraw]").exists()).toBe(false);
});
