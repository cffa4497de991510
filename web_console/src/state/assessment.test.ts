import { expect, it } from "vitest";
import type { AssessmentRow, SchemeBand } from "@/wire/messages";
import { shiftPeriod, sortedRows } from "./assessment";

const row = (
  name: string,
  areaCode: string,
  score: number,
  band: string | null,
): AssessmentRow => ({
  subjectId: 1,
  code: name,
  name,
  areaCode,
  areaName: areaCode,
  score,
  band,
  known: 1,
  dimensions: [],
  revision: null,
  changed: false,
});
const band = (code: string): SchemeBand => ({
  code,
  name: code,
  minScore: 0,
  tone: "grey",
  stars: 0,
  example: true,
});

it("lists by area and name, whatever the score", () => {
  const rows = [row("王", "2", 99, "red"), row("李", "1", 10, null), row("安", "2", 50, "blue")];
  const names = (order: "area" | "name" | "band"): string[] =>
    sortedRows(rows, order, [band("red"), band("blue")]).map((each) => each.name);
  expect(names("area")).toEqual(["李", "安", "王"]);
  expect(names("name")).toEqual(["安", "李", "王"]);
  expect(names("band")).toEqual(["王", "安", "李"]);
});

it("steps through months and half-years over the turn of the year", () => {
  expect(shiftPeriod("2026-12", 1)).toBe("2027-01");
  expect(shiftPeriod("2026-01", -1)).toBe("2025-12");
  expect(shiftPeriod("2026-H2", 1)).toBe("2027-H1");
  expect(shiftPeriod("2026-H1", -1)).toBe("2025-H2");
});
