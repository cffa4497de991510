import { expect, it } from "vitest";
import type { StillMissing } from "@/wire/messages";
import { standing } from "./outcomes";

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
