/** Owns which parts of ECharts are loaded; this module comes only when a chart is drawn. */
import { BarChart, LineChart } from "echarts/charts";
import { GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import * as echarts from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

echarts.use([BarChart, LineChart, GridComponent, LegendComponent, TooltipComponent, SVGRenderer]);

export const drawOn = (element: HTMLElement): echarts.ECharts =>
  echarts.init(element, null, { renderer: "svg" });
