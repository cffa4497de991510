import { expect, it } from "vitest";
import { asked, isFiltered, NO_FILTER } from "./case_filter";

it("asks for what is set and for nothing else", () => {
  const named = asked({
    ...NO_FILTER,
    state: "all",
    only: "overdue",
    classCode: "06",
    text: " 井盖 ",
  });
  const given = Object.entries(named).filter(([, value]) => value !== null);
  expect(Object.fromEntries(given)).toEqual({
    state: "all",
    overdue: "true",
    class: "06",
    text: "井盖",
  });
});

it("tells a filtered list from one that is empty by itself", () => {
  expect(isFiltered({ ...NO_FILTER, state: "closed" })).toBe(false);
  expect(isFiltered({ ...NO_FILTER, source: "hotline" })).toBe(true);
});
