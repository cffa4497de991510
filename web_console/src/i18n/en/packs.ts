/** Words of the page on the rule pack in force. */
import type { CatalogueOf } from "../zh";
import type { packs as zh } from "../zh/packs";

export const packs: CatalogueOf<typeof zh> = {
  version: "Version {version}",
  example: "Example",
  exampleHint: "What is marked as an example is not from a published source",
  structure: "Organisation",
  levels: "Levels",
  gridSize: "Size of a grid",
  staffing: "Staffing",
  roles: "What a worker is to be",
  sources: "Sources of cases",
  informationClasses: "Classes of information",
  upward: "Reported upward to",
  groups: "Functional groups",
  fallback: "Fallback",
  duress: "Calls for help",
  classes: "Classes of cases",
  under: "{n} sub-classes and items",
  arrangements: "Standing arrangements",
  arrangementsHint:
    "For reference; nobody is judged by them. Meetings and notices are held by the place itself",
  name: "Name",
  who: "For",
  often: "How often",
  note: "What it is",
  everybody: "Everybody",
  times: {
    day: "{n} × a day",
    week: "{n} × a week",
    month: "{n} × a month",
    quarter: "{n} × a quarter",
    half_year: "{n} × every half-year",
    year: "{n} × a year",
  },
  admitted: "Work that departments may hand down",
  admittedHint: "Departments give grids no work that is not in this list",
  group: "Department",
};
