/** The Chinese catalogue: the one that defines which keys there are. */
import { admin } from "./admin";
import { assessment } from "./assessment";
import { attendance } from "./attendance";
import { cases } from "./cases";
import { choose } from "./choose";
import { dispatch } from "./dispatch";
import { field } from "./field";
import { health } from "./health";
import { intake } from "./intake";
import { labels } from "./labels";
import { measures } from "./measures";
import { months } from "./months";
import { packs } from "./packs";
import { replay } from "./replay";
import { shell } from "./shell";

export const zh = {
  ...shell,
  ...dispatch,
  ...intake,
  ...cases,
  ...field,
  assessment,
  attendance,
  choose,
  months,
  admin,
  health,
  measures,
  packs,
  replay,
  labels,
};

type Words<T> = { [K in keyof T]: T[K] extends string ? string : Words<T[K]> };
/** Another language has exactly these keys. */
export type Catalogue = Words<typeof zh>;
export type CatalogueOf<T> = Words<T>;
