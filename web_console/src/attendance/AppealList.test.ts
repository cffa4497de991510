import { flushPromises, mount, type VueWrapper } from "@vue/test-utils";
import { createPinia, setActivePinia } from "pinia";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createMemoryHistory, createRouter } from "vue-router";
import { i18n } from "@/i18n";
import { useSession } from "@/stores/session";
import type { Appeal, Session } from "@/wire/messages";
import AppealList from "./AppealList.vue";

const appeal = (appealId: number, filedBy: string, ruling: Appeal["ruling"] = null): Appeal => ({
  appealId,
  workerId: 4,
  workerCode: "W4",
  workerName: "徐俊家",
  date: "2026-11-20",
  inputHash: "00",
  filedAt: "2026-11-21T01:00:00Z",
  filedBy,
  grounds: "社区会议",
  claimedFrom: null,
  claimedTo: null,
  ruleBy: "2026-11-27T09:30:00Z",
  ruling,
  ruledAt: null,
  ruledBy: null,
  reason: null,
  excusedFrom: null,
  excusedTo: null,
});
const APPEALS = [appeal(1, "dispatcher"), appeal(2, "leader"), appeal(3, "dispatcher", "denied")];

let shown: VueWrapper | null = null;
const sent: [string, string, unknown][] = [];
beforeEach(() => {
  setActivePinia(createPinia());
  sent.length = 0;
  vi.stubGlobal("fetch", (path: string, options: RequestInit) => {
    const body = typeof options.body === "string" ? JSON.parse(options.body) : null;
    sent.push([options.method ?? "", path, body]);
    return Promise.resolve(new Response(JSON.stringify({ appeals: APPEALS })));
  });
});
afterEach(() => {
  shown?.unmount();
  document.body.innerHTML = "";
  vi.unstubAllGlobals();
});

async function listed(role: Session["role"], username: string): Promise<VueWrapper> {
  const routes = [
    { path: "/", name: "reviews", component: AppealList },
    { path: "/attendance/:workerId/:date", name: "attendance", component: AppealList },
  ];
  const router = createRouter({ history: createMemoryHistory(), routes });
  await router.push("/");
  const session = { role, username } as Session;
  useSession().session = session;
  shown = mount(AppealList, {
    attachTo: document.body,
    global: { plugins: [i18n, router], stubs: { transition: false } },
  });
  await flushPromises();
  return shown;
}
const buttons = (list: VueWrapper): string[][] =>
  list
    .findAll("[data-testid=appeal-row]")
    .map((row) => row.findAll("button").map((each) => each.attributes("data-testid") ?? ""));

it("lets whoever took an appeal down withdraw it, and nobody else, until it is ruled on", async () => {
  expect(buttons(await listed("dispatcher", "dispatcher"))).toEqual([["rule-withdrawn"], [], []]);
});

it("lets a supervisor rule on what others took down", async () => {
  const list = await listed("supervisor", "leader");
  expect(buttons(list)).toEqual([["rule-granted", "rule-denied"], ["rule-withdrawn"], []]);
});

it("withdraws with a reason, and reads the list again", async () => {
  const list = await listed("dispatcher", "dispatcher");
  await list.find("[data-testid=rule-withdrawn]").trigger("click");
  await flushPromises();
  const part = (name: string) => document.querySelector(`[data-testid=${name}]`);
  expect(part("dialog")?.textContent).toContain("撤回理由");
  const reason = part("reason-text") as HTMLTextAreaElement;
  reason.value = "登记错人";
  reason.dispatchEvent(new Event("input"));
  await flushPromises();
  (part("dialog-confirm") as HTMLButtonElement).click();
  await flushPromises();
  expect(sent.slice(1).map(([method, path]) => [method, path.split("?")[0]])).toEqual([
    ["POST", "/api/attendance/appeals/1/withdrawal"],
    ["GET", "/api/attendance/appeals"],
  ]);
  expect(sent[1]?.[2]).toEqual({ reason: "登记错人" });
});
