import { expect, test } from "vitest";
import { howManyFit } from "./useFitting";

test("a row with room for all needs no menu", () => {
  expect(howManyFit([50, 50, 50], 160, 5, 40)).toBe(3);
});

test("the menu's own width counts once one is left out", () => {
  expect(howManyFit([50, 50, 50], 159, 5, 40)).toBe(2);
  expect(howManyFit([50, 50, 50], 149, 5, 40)).toBe(1);
});

test("nothing but the menu where there is no room", () => {
  expect(howManyFit([50, 50], 30, 5, 40)).toBe(0);
  expect(howManyFit([], 30, 5, 40)).toBe(0);
});
