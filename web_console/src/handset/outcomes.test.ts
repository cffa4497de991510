import { expect, it } from "vitest";
import type { AttendanceRow, StillMissing } from "@/wire/messages";
import { marksOf, standing } from "./outcomes";

const lacks = (possible: boolean): StillMissing[] => [
  { rule: "in_grid", neededS: 1980, patrols: 0, until: "2026-11-22T05:00:00Z", possible },
];

it("calls a rule met only when nothing of it is missing today", () => {
  expect(standing("met", "in_grid", [])).toBe("met");
  expect(standing("met", "in_grid", lacks(true))).toBe("running");
  expect(standing("met", "patrols", lacks(true))).toBe("met");
});

it("says how a rule stands that cannot be mended any more", () => {
  expect(standing("undecided", "in_grid", lacks(false))).toBe("undecided");
  expect(standing(null, "in_grid", [])).toBeNull();
});

it("says no more than so far while the day runs", () => {
  expect(standing("met", "in_grid", [], true)).toBe("so_far");
  expect(standing("undecided", "in_grid", [], true)).toBe("running");
  expect(standing("not_met", "in_grid", [], true)).toBe("not_met");
});

it("marks every rule that was asked, the further ones too", () => {
  const day = {
    inGrid: { outcome: "met" },
    patrols: { outcome: null },
    twiceDaily: { outcome: null },
    otherRules: [{ rule: "checkpoints", outcome: "not_met" }],
    provisional: false,
  } as unknown as AttendanceRow;
  expect(marksOf(day)).toEqual([
    { rule: "in_grid", outcome: "met" },
    { rule: "checkpoints", outcome: "not_met" },
  ]);
});
