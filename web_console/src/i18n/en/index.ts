/** The English catalogue; the compiler holds it to the keys of the Chinese one. */
import type { Catalogue } from "../zh";
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

export const en: Catalogue = {
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
