import { describe, expect, it } from "vitest";
import type { FigureRow, Figures } from "@/wire/messages";
import { rowFilter, shareOf, sorted } from "./rates";

const none = { count: 0, medianS: null, p90S: null };
const figures = (closed: number, of: number): Figures => ({
  reported: of,
  accepted: of,
  rejected: 0,
  waiting: 0,
  merged: 0,
  void: 0,
  closed,
  closure: { n: closed, of },
  onTime: { n: 0, of: 0 },
  rework: { n: 0, of: 0 },
  overdueNow: 0,
  response: none,
  arrival: none,
  handling: none,
  rating: { count: 0, mean: null },
});
const row = (key: string, closed: number, of: number): FigureRow => ({
  key,
  name: key,
  figures: figures(closed, of),
});

describe("rates", () => {
  it("have no share without a case", () => {
    expect(shareOf({ n: 0, of: 0 })).toBeNull();
    expect(shareOf({ n: 3, of: 4 })).toBe(0.75);
  });
});

describe("rows", () => {
  const rows = [row("", 9, 9), row("a", 1, 2), row("b", 0, 0), row("c", 1, 4)];
  const keys = (found: FigureRow[]) => found.map((each) => each.key);

  it("keep what has no value, and nobody, last in both directions", () => {
    expect(keys(sorted(rows, "closure", true))).toEqual(["a", "c", "b", ""]);
    expect(keys(sorted(rows, "closure", false))).toEqual(["c", "a", "b", ""]);
  });
  it("are ordered by name too", () => {
    expect(keys(sorted(rows, "name", true))).toEqual(["c", "b", "a", ""]);
  });
  it("lead to the cases of one row or of nobody", () => {
    expect(rowFilter("worker", "12")).toEqual({ worker: "12" });
    expect(rowFilter("group", "")).toEqual({ nobody: "group" });
  });
});
