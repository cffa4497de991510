import type { Feature, FeatureCollection } from "geojson";
import { expect, it } from "vitest";
import { communityBorders, gridAt, indexGrids } from "./grids";

/** Unit squares in a row; the first two belong to one community. */
function square(x: number, parentCode: string): Feature {
  const ring = [
    [x, 0],
    [x + 1, 0],
    [x + 1, 1],
    [x, 1],
    [x, 0],
  ];
  return {
    type: "Feature",
    properties: { code: `g${x}`, name: `g${x}`, parentCode },
    geometry: { type: "Polygon", coordinates: [ring] },
  };
}
const collection: FeatureCollection = {
  type: "FeatureCollection",
  features: [square(0, "a"), square(1, "a"), square(2, "b")],
};

it("finds the grid of a place, and none outside", () => {
  const index = indexGrids(collection);
  expect(gridAt(index, 1.5, 0.5)?.code).toBe("g1");
  expect(gridAt(index, 5, 0.5)).toBeNull();
  expect(index.bounds).toEqual([0, 0, 3, 1]);
  expect(index.byCode.get("g0")?.centre).toEqual([0.5, 0.5]);
});

it("draws community borders where communities meet, not inside of one", () => {
  const [feature] = communityBorders(indexGrids(collection)).features;
  const lines = feature?.geometry.type === "MultiLineString" ? feature.geometry.coordinates : [];
  const hasVertical = (x: number): boolean =>
    lines.some((line) => line.every(([lon]) => lon === x));
  expect(hasVertical(1)).toBe(false);
  expect(hasVertical(2)).toBe(true);
  expect(hasVertical(0)).toBe(true);
});
