/** Owns the map's colours; the page's own are in `ui/tokens.css`. Calm ground, clear marks. */
export const GROUND = {
  outside: "#0e1615",
  land: "#10171b",
  field: "#0f1716",
  fieldRow: "#111b18",
  paddy: "#101c1c",
  wood: "#10201a",
  block: "#151e23",
  compound: "#182229",
  plaza: "#1a252c",
  park: "#13251f",
  water: "#0e2733",
  shore: "#1b4152",
  building: "#202c34",
  buildingTall: "#30414b",
  buildingEdge: "#31424d",
  casing: "#0a0f12",
  trunk: "#46535d",
  secondary: "#34404a",
  lane: "#273139",
  bridge: "#5a6a75",
  label: "#8fa3b0",
  labelQuiet: "#6d818e",
  labelCommunity: "#c4d3da",
  labelWater: "#4f8ba3",
  labelPark: "#5d9079",
  halo: "#0b1013",
} as const;

export const GRID = {
  border: "#3f7f78",
  community: "#62b8a8",
  hover: "#7fe3cf",
  hole: "#ff8a5c",
  label: "#9fd8cb",
} as const;

/** Marks of workers, shared by the shader, the legend and lists. */
export const MARK = {
  online: "#3fd6b0",
  stale: "#f2cf5b",
  silent: "#98a6b3",
  on_order: "#58a6ff",
  outside: "#ff9a5c",
  duress: "#ff3d6e",
} as const;
export type MarkKind = keyof typeof MARK;

export const SEVERITY: Record<number, string> = {
  1: "#ff4d5e",
  2: "#ff9d42",
  3: "#f2cf5b",
  4: "#8fa3b0",
};

export const JUDGEMENT = {
  inside: "#3fd6b0",
  outside: "#ff9a5c",
  on_order: "#58a6ff",
  unknown: "#a3adb8",
} as const;

/** `#rrggbb` as three shares 0–1. */
export function rgb(hex: string): [number, number, number] {
  const value = Number.parseInt(hex.slice(1), 16);
  return [(value >> 16) / 255, ((value >> 8) & 255) / 255, (value & 255) / 255];
}
