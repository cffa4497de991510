import { mount } from "@vue/test-utils";
import { createPinia, setActivePinia } from "pinia";
import { afterEach, beforeEach, expect, it } from "vitest";
import { i18n, useLocale } from "@/i18n";
import type { AttendanceDay, Stay } from "@/wire/messages";
import WhyInWords from "./WhyInWords.vue";

const AT = (clock: string): string => `2026-11-20T${clock}:00+08:00`;
const stay = (from: string, to: string, judgement: Stay["judgement"], cause: string): Stay => ({
  stayId: "s1",
  fromAt: AT(from),
  toAt: AT(to),
  gridCode: "g1",
  judgement,
  cause,
});
const HOUR = 3600;
const DAY = {
  provisional: false,
  plannedS: 8 * HOUR,
  leaveS: 0,
  excusedS: 0,
  outageS: 0,
  orderS: 0,
  workS: 8 * HOUR,
  insideS: 4 * HOUR,
  unknownS: HOUR / 3,
  inGrid: { lower: 0.5, upper: 0.54, required: 1 / 3, outcome: "met" },
  workSpans: [[AT("09:00"), AT("17:00")]],
  stays: [
    stay("09:00", "14:03", "inside", ""),
    stay("14:03", "14:23", "unknown", "no_signal"),
    stay("14:23", "17:00", "outside", ""),
  ],
} as unknown as AttendanceDay;

beforeEach(() => setActivePinia(createPinia()));
afterEach(() => useLocale("zh"));

function said(given: Partial<AttendanceDay> = {}): string {
  const verdict = { ...DAY, ...given };
  return mount(WhyInWords, { props: { verdict }, global: { plugins: [i18n] } }).text();
}

it("says what was planned, what is known, and why the rest is not", () => {
  const words = said();
  expect(words).toContain("当天排班 8 小时，应计工时 8 小时。");
  expect(words).toContain("另有 20 分钟无法判定（定位间隔过长 14:03–14:23）");
  expect(words).toContain("判定达标");
});

it("says the same in English", () => {
  useLocale("en");
  expect(said()).toContain("20 min cannot be judged (no fix for too long 14:03–14:23)");
});

it("takes leave and outages off the planned time", () => {
  const given = { leaveS: HOUR, outageS: HOUR / 2, workS: 6.5 * HOUR };
  const words = said(given);
  expect(words).toContain("请假 1 小时不计，系统故障 30 分钟不计");
  expect(words).toContain("若连同系统故障时段全部算作在格");
});

it("says why nothing is judged on a day of leave", () => {
  const inGrid = { lower: null, upper: null, required: 1 / 3, outcome: null };
  const words = said({ leaveS: 8 * HOUR, workS: 0, inGrid });
  expect(words).toBe("当天排班 8 小时，请假 8 小时不计，没有应计工时，不作判定。");
});

it("calls nothing undecided while the day still runs", () => {
  const inGrid = { lower: 0.3, upper: 0.4, required: 1 / 3, outcome: "undecided" as const };
  expect(said({ inGrid, provisional: true })).toContain("当天尚未结束，暂不判定");
  expect(said({ inGrid })).toContain("证据不足以判定，记为待定");
});
