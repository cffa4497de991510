/** Words of the sheet of checkpoint labels. */
import type { CatalogueOf } from "../zh";
import type { labels as chinese } from "../zh/labels";

export const labels: CatalogueOf<typeof chinese> = {
  open: "Print the checkpoints' labels",
  title: "Labels of the checkpoints",
  hint: "Print them and put them up at the checkpoint or floor. Each holds a secret; a reprint is the same label. A photo of one can be scanned elsewhere, so the phone's position is checked as well.",
  address: "Address of this console as phones reach it",
  area: "Grid",
  all: "All grids",
  print: "Print {n}",
  local: "Only this computer can open that address: enter the one that phones reach (https://…).",
  none: "There are no checkpoints yet: import them first",
  scanMe: "Scan on patrol",
};
