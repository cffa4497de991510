import { expect, it } from "vitest";
import type { MonthRuleState, WorkerLine } from "@/wire/messages";
import { countLetters, daysOf, linesThat, sharesOf, shiftMonth, statesThatDiffer } from "./months";

it("steps over the turn of the year", () => {
  expect(shiftMonth("2026-12", 1)).toBe("2027-01");
  expect(shiftMonth("2026-01", -1)).toBe("2025-12");
});

it("knows the days of a month and their weekdays", () => {
  const days = daysOf("2026-02");
  expect(days).toHaveLength(28);
  expect(days[0]).toEqual({ day: "2026-02-01", number: 1, weekday: 0 });
  expect(days[27]?.weekday).toBe(6);
});

it("shares out those with a verdict, and says how many they are", () => {
  expect(sharesOf({ met: 6, notMet: 2, undecided: 2 })).toEqual({
    met: 0.6,
    undecided: 0.2,
    known: 10,
    running: 0,
  });
  expect(sharesOf({ met: 0, notMet: 1, undecided: 0, running: 4 })).toMatchObject({
    known: 1,
    running: 4,
  });
  expect(sharesOf(undefined).known).toBe(0);
});

it("finds a worker by the name of the grid", () => {
  const line = { workerName: "王一", workerCode: "W1", gridCodes: ["g1"] } as WorkerLine;
  expect(linesThat([line], "星甸", () => "星甸 3 网格")).toEqual([line]);
  expect(linesThat([line], "nobody", () => "")).toEqual([]);
});

it("counts the letters of a month", () => {
  expect(countLetters("mmnu-..m")).toEqual({ met: 3, not_met: 1, undecided: 1 });
});

it("shows of a month that changed only the rules that came out otherwise", () => {
  const state = (listName: string, count: number, outcome: MonthRuleState["outcome"]) =>
    ({ rule: "visits", listName, count, possible: count, required: 2, outcome }) as const;
  const kept = state("三必访", 2, "met");
  const [was, becomes] = [state("三必查", 1, "not_met"), state("三必查", 2, "met")];
  const found = statesThatDiffer({ before: [kept, was], after: [kept, becomes] });
  expect(found).toEqual({ before: [was], after: [becomes] });
});
