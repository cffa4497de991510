/**
 * Owns the layers of our own base map, from the ground up. Features carry `layer`, `class` and
 * `name` ("": none). Names are drawn with the computer's own fonts: no glyph server is needed.
 */
import type { ExpressionSpecification, LayerSpecification } from "maplibre-gl";
import { GROUND } from "./palette";

/** Any name will do: without a glyph server MapLibre draws with the computer's own fonts. */
export const FONTS = ["sans-serif"];

/** What is drawn between the ground and its names goes before this layer. */
export const FIRST_NAME_LAYER = "street-name-lane";

type Expression = ExpressionSpecification;
const on = (layer: string): Expression => ["==", ["get", "layer"], layer];
const classed = (layer: string, ...classes: string[]): Expression =>
  ["all", on(layer), ["in", ["get", "class"], ["literal", classes]]] as unknown as Expression;
const named = (filter: Expression): Expression =>
  ["all", filter, ["!=", ["get", "name"], ""]] as unknown as Expression;

const area = (id: string, color: string, filter: Expression): LayerSpecification => ({
  id,
  type: "fill",
  source: "ground",
  filter,
  paint: { "fill-color": color },
});

/** Width in pixels of each class at zoom 12, 15 and 18. */
const WIDTH: Record<string, readonly [number, number, number]> = {
  trunk: [2.4, 9, 40],
  secondary: [1.2, 5.4, 25],
  lane: [0.4, 2.6, 12],
};

function width(rank: string, extra: number): Expression {
  const [far, mid, near] = WIDTH[rank] ?? [0.4, 2, 9];
  return [
    "interpolate",
    ["exponential", 1.6],
    ["zoom"],
    12,
    far + extra,
    15,
    mid + extra,
    18,
    near + extra,
  ] as unknown as Expression;
}

function line(
  id: string,
  rank: string,
  color: string,
  on_: string,
  extra: number,
): LayerSpecification {
  return {
    id,
    type: "line",
    source: "ground",
    minzoom: rank === "lane" ? 12.2 : 0,
    filter: classed(on_, rank),
    layout: { "line-cap": extra ? "butt" : "round", "line-join": "round" },
    paint: { "line-color": color, "line-width": width(rank, extra) },
  };
}

interface NameLook {
  readonly color: string;
  readonly size: readonly [number, number];
  readonly minzoom: number;
  readonly maxzoom?: number;
  readonly spacing?: number;
}

const name = (id: string, filter: Expression, look: NameLook): LayerSpecification => ({
  id,
  type: "symbol",
  source: "ground",
  minzoom: look.minzoom,
  maxzoom: look.maxzoom ?? 24,
  filter: named(filter),
  layout: {
    "text-field": ["get", "name"],
    "text-font": FONTS,
    "text-size": [
      "interpolate",
      ["linear"],
      ["zoom"],
      look.minzoom,
      look.size[0],
      18,
      look.size[1],
    ],
    "text-max-width": 7,
    "text-letter-spacing": look.spacing ?? 0.04,
    "text-padding": 6,
  },
  paint: { "text-color": look.color, "text-halo-color": GROUND.halo, "text-halo-width": 1.4 },
});

const streetName = (rank: string, minzoom: number): LayerSpecification => ({
  id: `street-name-${rank}`,
  type: "symbol",
  source: "ground",
  minzoom,
  filter: named(classed("street", rank)),
  layout: {
    "symbol-placement": "line",
    "symbol-spacing": 420,
    "text-field": ["get", "name"],
    "text-font": FONTS,
    "text-size": ["interpolate", ["linear"], ["zoom"], minzoom, 10.5, 18, 14],
    "text-letter-spacing": 0.12,
    "text-padding": 12,
  },
  paint: { "text-color": GROUND.label, "text-halo-color": GROUND.halo, "text-halo-width": 1.3 },
});

function ground(): LayerSpecification[] {
  return [
    area("rural", GROUND.field, classed("land", "rural")),
    area("fields", GROUND.fieldRow, classed("land", "field", "orchard")),
    area("paddies", GROUND.paddy, classed("land", "paddy")),
    area("woods", GROUND.wood, classed("land", "wood")),
    area("urban", GROUND.land, classed("land", "urban")),
    area("block", GROUND.block, on("block")),
    area("compound", GROUND.compound, classed("block", "residential", "village")),
    area("plaza", GROUND.plaza, classed("block", "commercial", "public", "school", "hospital")),
    area("park", GROUND.park, on("park")),
    area("river", GROUND.water, on("river")),
    area("water", GROUND.water, on("water")),
    {
      id: "shore",
      type: "line",
      source: "ground",
      filter: ["any", on("river"), on("water")],
      paint: { "line-color": GROUND.shore, "line-width": 1 },
    },
  ];
}

function streets(): LayerSpecification[] {
  return [
    line("casing-lane", "lane", GROUND.casing, "street", 1.4),
    line("casing-secondary", "secondary", GROUND.casing, "street", 1.6),
    line("casing-trunk", "trunk", GROUND.casing, "street", 2),
    line("street-lane", "lane", GROUND.lane, "street", 0),
    line("street-secondary", "secondary", GROUND.secondary, "street", 0),
    line("street-trunk", "trunk", GROUND.trunk, "street", 0),
    line("bridge-casing-secondary", "secondary", GROUND.bridge, "bridge", 2.4),
    line("bridge-secondary", "secondary", GROUND.secondary, "bridge", 0.01),
    line("bridge-casing-trunk", "trunk", GROUND.bridge, "bridge", 2.8),
    line("bridge-trunk", "trunk", GROUND.trunk, "bridge", 0.01),
  ];
}

const buildings: LayerSpecification = {
  id: "building",
  type: "fill",
  source: "ground",
  minzoom: 13.6,
  filter: on("building"),
  paint: {
    "fill-color": [
      "interpolate",
      ["linear"],
      ["get", "floors"],
      1,
      GROUND.building,
      18,
      GROUND.buildingTall,
    ],
    "fill-outline-color": GROUND.buildingEdge,
    "fill-opacity": ["interpolate", ["linear"], ["zoom"], 13.6, 0, 14.6, 1],
  },
};

function names(): LayerSpecification[] {
  const { label, labelWater, labelPark } = GROUND;
  return [
    streetName("lane", 15.6),
    streetName("secondary", 14.2),
    streetName("trunk", 13),
    name("name-river", on("river"), {
      color: labelWater,
      size: [12, 16],
      minzoom: 12,
      spacing: 0.3,
    }),
    name("name-lake", on("water"), { color: labelWater, size: [11, 14], minzoom: 13.4 }),
    name("name-park", classed("place", "park"), { color: labelPark, size: [11, 14], minzoom: 14 }),
    name("name-compound", classed("block", "residential"), {
      color: GROUND.labelQuiet,
      size: [10.5, 13],
      minzoom: 15.6,
    }),
    name(
      "name-place",
      classed("place", "police", "school", "hospital", "market", "government", "booth"),
      { color: label, size: [10.5, 13], minzoom: 15 },
    ),
  ];
}

/** Everything of our own base map below the grids. */
export const groundLayers = (): LayerSpecification[] => [
  ...ground(),
  ...streets(),
  buildings,
  ...names(),
];

/** Names of communities: they stand above the grids, far out where grids have no names yet. */
export const communityNames: LayerSpecification = name(
  "name-community",
  classed("place", "community"),
  { color: GROUND.labelCommunity, size: [13, 17], minzoom: 11, maxzoom: 14.2, spacing: 0.16 },
);
