/** Words of choosing whom to send: the filter of the other candidates, and how the walk is known. */
import type { CatalogueOf } from "../zh";
import type { choose as chinese } from "../zh/choose";

export const choose: CatalogueOf<typeof chinese> = {
  filter: "Filter people",
  group: "Group",
  anyGroup: "Any group",
  skill: "Skill",
  anySkill: "Any skill",
  within: "Walking time",
  anyTime: "Any time",
  minutes: "Within {n} min",
  onlyFree: "Only who is free",
  clear: "Clear the filter",
  range: "{distance} · {from} to {to} on foot",
  by: {
    streets: "by the street network",
    straight: "estimated by the straight line",
    unreachable: "no way on the street network; estimated by the straight line",
  },
};
