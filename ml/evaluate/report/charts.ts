import { BarChart, HeatmapChart, LineChart, ParallelChart } from 'echarts/charts';
import { GridComponent, LegendComponent, ParallelComponent, VisualMapComponent } from 'echarts/components';
import * as echarts from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import type { Metrics } from '../metrics.ts';
import type { FrontPoint } from '../posed.ts';
import { Html } from './html.ts';
import { COLOURS } from './style.ts';

echarts.use([
  BarChart,
  HeatmapChart,
  LineChart,
  ParallelChart,
  GridComponent,
  LegendComponent,
  ParallelComponent,
  VisualMapComponent,
  SVGRenderer,
]);

const WIDTH = 440;
const HEIGHT = 380;
const LEGEND = {
  top: 0,
  icon: 'roundRect',
  itemWidth: 14,
  itemHeight: 8,
  itemGap: 26,
  textStyle: { color: COLOURS.ink, fontSize: 12 },
};
/** Classes that a chart has room for; of more it is drawn larger, and so shown smaller. */
const ROOM = 10;
/** Letters that a name has room for between its neighbours, and turned. */
const LEVEL_LETTERS = 8;
const TURNED_LETTERS = 12;
const PERCENT = { formatter: (share: number) => `${Math.round(100 * share)} %` };

export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** Lines over epochs; shares 0..1 are shown in percent. */
export function lineChart(series: readonly Series[], unit: 'share' | 'loss'): Html {
  return draw({
    legend: LEGEND,
    grid: { left: 8, right: 16, top: 40, bottom: 22 },
    xAxis: {
      ...axis('epoch'),
      type: 'value',
      minInterval: 1,
      min: 'dataMin',
      max: 'dataMax',
      splitLine: { show: false },
    },
    yAxis: { ...axis(), type: 'value', scale: true, ...(unit === 'share' && { axisLabel: { ...LABEL, ...PERCENT } }) },
    series: series.map(line),
  });
}

const line = ({ name, points }: Series) => ({
  type: 'line',
  name,
  data: points.map((point) => [...point]),
  symbolSize: 5,
  symbol: 'circle',
  silent: true,
  lineStyle: { width: 2.2 },
});

/** An axis of parallel coordinates: of numbers, or of names in their order. */
export interface ParallelAxis {
  readonly name: string;
  readonly names?: readonly string[];
  readonly log?: boolean;
}

/**
 * Parallel coordinates: a line for each item, through its value on each axis.
 * @param groups of lines, [values on the axes], each with a name in the legend; the last is drawn on top.
 */
export function parallelChart(
  axes: readonly ParallelAxis[],
  groups: readonly { readonly name: string; readonly lines: readonly (readonly (number | string)[])[] }[],
): Html {
  const option = {
    legend: LEGEND,
    parallel: { left: 80, right: 80, top: 70, bottom: 24 },
    parallelAxis: axes.map(({ name, names, log }, dim) => ({
      ...axis(name),
      dim,
      nameLocation: 'end',
      nameGap: 14,
      ...(names ? { type: 'category', data: [...names] } : { type: log ? 'log' : 'value', scale: true }),
    })),
    series: groups.map(({ name, lines }, i) => ({
      type: 'parallel',
      name,
      silent: true,
      lineStyle: { width: 1.4, opacity: i + 1 < groups.length ? 0.35 : 0.9 },
      data: lines.map((values) => [...values]),
    })),
  };
  return draw(option, 1.6);
}

/** Accuracy on posed faces over that on the FER+ majority, a point for each strength of a bias. */
export function frontChart(front: readonly FrontPoint[]): Html {
  const percentAxis = { type: 'value', scale: true, axisLabel: { ...LABEL, ...PERCENT } };
  return draw({
    legend: LEGEND,
    grid: { left: 24, right: 16, top: 40, bottom: 24 },
    xAxis: { ...axis('FER+ majority, PublicTest'), ...percentAxis },
    yAxis: { ...axis('posed faces'), ...percentAxis, nameGap: 44 },
    series: (['prior', 'acted'] as const).map((bias) =>
      line({
        name: bias,
        points: front
          .filter((point) => point.bias === bias)
          .map(({ votes, posed }) => [votes.accuracy, posed.accuracy] as const),
      }),
    ),
  });
}

/** Decibels of the network's activations in the order of computation; the x of a point is the position of its activation. */
export function layerChart(series: readonly Series[], activations: readonly string[]): Html {
  return draw({
    legend: LEGEND,
    grid: { left: 22, right: 12, top: 40, bottom: 4 },
    xAxis: {
      ...axis(),
      type: 'category',
      data: [...activations],
      axisLabel: { ...LABEL, fontSize: 9, rotate: 60, interval: 2 },
      splitLine: { show: false },
    },
    yAxis: { ...axis('dB'), type: 'value', scale: true },
    series: series.map(line),
  });
}

/**
 * Counts by true class (rows) and predicted class (columns), coloured by the share of the row.
 * @param names of the classes.
 */
export function confusionChart({ confusion, perClass }: Metrics, names: readonly string[]): Html {
  const cells = confusion.flatMap((row, truth) =>
    row.map((count, predicted) => {
      const share = count / Math.max(1, perClass[truth].support);
      return {
        value: [predicted, truth, share],
        label: { formatter: String(count), color: share > 0.75 ? '#ffffff' : COLOURS.ink },
      };
    }),
  );
  const classes = { type: 'category', data: names.map(shortened), axisTick: { show: false } };
  const turned = turnedLabels(names);
  const option = {
    grid: { left: 24, right: 4, top: 44, bottom: 4 },
    visualMap: {
      show: false,
      min: 0,
      max: 1,
      dimension: 2,
      inRange: { color: ['rgba(37,99,235,0.03)', 'rgba(37,99,235,1)'] },
    },
    xAxis: {
      ...axis('predicted'),
      ...classes,
      position: 'top',
      axisLabel: { ...LABEL, interval: 0, fontSize: 11, ...turned },
      ...(turned && { nameGap: 62 }),
    },
    yAxis: { ...axis('true'), ...classes, inverse: true, nameGap: turned ? 84 : 62 },
    series: [{ type: 'heatmap', silent: true, data: cells, label: { show: true, fontSize: 13 } }],
  };
  return draw(option, names.length / ROOM);
}

/** Accuracy by confidence against the diagonal of a calibrated model, above the share of faces in each bin. */
export function reliabilityChart({ calibrationBins, count }: Metrics): Html {
  // Fixed sides keep the two grids exactly above each other.
  const sides = { left: 64, right: 20, outerBoundsMode: 'none' };
  const bins = { type: 'category', show: false, data: calibrationBins.map((_, bin) => bin) };
  const confidence = { ...axis(), type: 'value', min: 0, max: 1, splitLine: { show: false } };
  const bars = { type: 'bar', silent: true, barCategoryGap: '8%' };
  return draw({
    legend: LEGEND,
    grid: [
      { ...sides, top: 40, height: 212 },
      { ...sides, top: 274, height: 56 },
    ],
    xAxis: [
      bins,
      { ...confidence, position: 'bottom', axisLabel: { show: false } },
      { ...bins, gridIndex: 1 },
      { ...confidence, ...axis('confidence'), gridIndex: 1, position: 'bottom', axisLabel: { ...LABEL, ...PERCENT } },
    ],
    yAxis: [
      { ...axis('accuracy'), nameGap: 44, min: 0, max: 1, axisLabel: { ...LABEL, ...PERCENT } },
      { ...axis('faces'), nameGap: 44, gridIndex: 1, min: 0, splitNumber: 2, axisLabel: { ...LABEL, ...PERCENT } },
    ],
    series: [
      { ...bars, name: 'accuracy', data: calibrationBins.map((bin) => bin.accuracy ?? '-') },
      {
        type: 'line',
        name: 'perfectly calibrated',
        xAxisIndex: 1,
        silent: true,
        showSymbol: false,
        lineStyle: { type: 'dashed', width: 2 },
        data: [
          [0, 0],
          [1, 1],
        ],
      },
      {
        ...bars,
        name: 'share of faces',
        xAxisIndex: 2,
        yAxisIndex: 1,
        itemStyle: { color: COLOURS.muted },
        data: calibrationBins.map((bin) => bin.count / count),
      },
    ],
  });
}

/**
 * Precision, recall and F1 of each class; a measure that is not defined has no bar.
 * @param names of the classes.
 */
export function perClassChart({ perClass }: Metrics, names: readonly string[]): Html {
  const option = {
    legend: LEGEND,
    grid: { left: 8, right: 4, top: 40, bottom: 4 },
    xAxis: {
      ...axis(),
      type: 'category',
      axisTick: { show: false },
      axisLabel: { ...LABEL, interval: 0, fontSize: 11, lineHeight: 15, ...turnedLabels(names) },
      data: names.map((name, k) => `${shortened(name)}\n${perClass[k].support}`),
    },
    yAxis: { ...axis(), type: 'value', min: 0, max: 1, axisLabel: { ...LABEL, ...PERCENT } },
    series: (['precision', 'recall', 'f1'] as const).map((measure) => ({
      type: 'bar',
      name: measure === 'f1' ? 'F1' : measure,
      silent: true,
      barGap: '8%',
      barCategoryGap: '26%',
      data: perClass.map((metrics) => metrics[measure] ?? '-'),
    })),
  };
  return draw(option, names.length / ROOM);
}

/** The seven expressions lie level. */
const turnedLabels = (names: readonly string[]) =>
  names.length > ROOM || names.some((name) => name.length > LEVEL_LETTERS) ? { rotate: 45 } : undefined;

function shortened(name: string): string {
  const letters = [...name];
  return letters.length <= TURNED_LETTERS ? name : `${letters.slice(0, TURNED_LETTERS - 1).join('')}…`;
}

const LABEL = { color: COLOURS.muted, fontSize: 12 };

/** Looks of an axis, with its name in the middle. */
function axis(name?: string): object {
  return {
    name,
    nameLocation: 'middle',
    nameGap: 28,
    nameTextStyle: { color: COLOURS.muted, fontSize: 12 },
    axisLabel: LABEL,
    axisLine: { lineStyle: { color: COLOURS.line } },
    axisTick: { lineStyle: { color: COLOURS.line } },
    splitLine: { lineStyle: { color: COLOURS.line } },
  };
}

/**
 * Renders a chart to an inline SVG that scales with its frame.
 * @param scale by which its canvas is larger, if above 1.
 */
function draw(option: echarts.EChartsCoreOption, scale = 1): Html {
  const [width, height] = [WIDTH, HEIGHT].map((side) => Math.round(side * Math.max(1, scale)));
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width, height });
  chart.setOption({ animation: false, color: COLOURS.series, textStyle: { fontFamily: 'inherit' }, ...option });
  const svg = chart.renderToSVGString();
  chart.dispose();
  // Inside HTML an SVG needs no namespaces, and without them no address stands in the page.
  return new Html(svg.replace(/ xmlns(:xlink)?="[^"]*"/g, ''));
}
