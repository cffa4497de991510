/** Owns how the charts look, in the console's own colours; not what they say. Pure. */
import type { EChartsOption } from "echarts";
import { isCalm } from "@/map/graphics";

const token = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim();

export interface Series {
  name: string;
  values: (number | null)[];
  colour: "--jade" | "--blue" | "--amber" | "--grey";
}

const base = () => ({
  textStyle: { fontFamily: token("--font"), color: token("--text-2") },
  color: [token("--blue"), token("--jade"), token("--amber")],
  animation: !isCalm(),
  animationDuration: 250,
  legend: {
    top: 0,
    right: 0,
    itemWidth: 12,
    itemHeight: 8,
    textStyle: { color: token("--text-2"), fontSize: 12 },
  },
});
const tooltip = (unit: (value: number) => string) => ({
  trigger: "axis" as const,
  confine: true,
  backgroundColor: token("--panel-4"),
  borderColor: token("--line-2"),
  textStyle: { color: token("--text"), fontSize: 12 },
  axisPointer: { type: "shadow" as const, shadowStyle: { color: "rgb(255 255 255 / 4%)" } },
  valueFormatter: (value: unknown) => (typeof value === "number" ? unit(value) : "–"),
});
const words = () => ({ color: token("--text-3"), fontSize: 11.5 });
const split = () => ({ lineStyle: { color: token("--line") } });

/** Counts over days, each series as a line over a faint ground. */
export function overDays(
  days: string[],
  series: Series[],
  unit: (value: number) => string,
): EChartsOption {
  return {
    ...base(),
    tooltip: tooltip(unit),
    grid: { left: 34, right: 12, top: 30, bottom: 24 },
    xAxis: {
      type: "category",
      data: days,
      boundaryGap: false,
      axisLabel: { ...words(), hideOverlap: true },
      axisLine: { lineStyle: { color: token("--line-2") } },
      axisTick: { show: false },
    },
    yAxis: { type: "value", minInterval: 1, axisLabel: words(), splitLine: split() },
    series: series.map((each) => ({
      type: "line" as const,
      name: each.name,
      data: each.values,
      showSymbol: days.length < 2,
      smooth: 0.25,
      lineStyle: { width: 2, color: token(each.colour) },
      itemStyle: { color: token(each.colour) },
      areaStyle: { color: token(each.colour), opacity: 0.08 },
    })),
  };
}

/** Bars from the left, one line a name, the first name on top. */
export function besides(
  names: string[],
  series: Series[],
  unit: (value: number) => string,
  most?: number,
): EChartsOption {
  return {
    ...base(),
    tooltip: tooltip(unit),
    grid: { left: 8, right: 44, top: 30, bottom: 4, containLabel: true },
    xAxis: {
      type: "value",
      ...(most === undefined ? { minInterval: 1 } : { max: most }),
      axisLabel: { ...words(), formatter: (value: number) => unit(value), hideOverlap: true },
      splitLine: split(),
    },
    yAxis: {
      type: "category",
      data: names,
      inverse: true,
      axisLabel: { ...words(), color: token("--text-2"), width: 104, overflow: "truncate" },
      axisLine: { show: false },
      axisTick: { show: false },
    },
    series: series.map((each) => ({
      type: "bar" as const,
      name: each.name,
      data: each.values,
      barMaxWidth: 12,
      barGap: "20%",
      itemStyle: { color: token(each.colour), borderRadius: [0, 3, 3, 0] },
      label: {
        show: series.length === 1 || names.length < 9,
        position: "right" as const,
        color: token("--text-2"),
        fontSize: 11,
        formatter: (point: { value?: unknown }) =>
          typeof point.value === "number" ? unit(point.value) : "–",
      },
    })),
  };
}
