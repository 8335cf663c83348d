import { PanelBuilder as BarChartPanel } from '@grafana/grafana-foundation-sdk/barchart';
import {
  AxisPlacement,
  BarAlignment,
  BigValueColorMode,
  BigValueGraphMode,
  BigValueTextMode,
  GraphDrawStyle,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  LineInterpolation,
  ReduceDataOptionsBuilder,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TimelineValueAlignment,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizOrientation,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import {
  CellValuesBuilder,
  HeatmapColorMode,
  HeatmapColorOptionsBuilder,
  PanelBuilder as HeatmapPanel,
  YAxisConfigBuilder,
} from '@grafana/grafana-foundation-sdk/heatmap';
import { PanelBuilder as StatPanel } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as TimelinePanel } from '@grafana/grafana-foundation-sdk/statetimeline';
import { PanelBuilder as TimeSeriesPanel } from '@grafana/grafana-foundation-sdk/timeseries';
import type { Text, Translated } from '../../core/language.ts';
import { displayWidth } from '../../core/units.ts';
import { PLAIN } from '../palette.ts';
import { finish, kindOfPanel, type Override, type PanelSpec } from './panel.ts';

/** The value at the end of the range; the SDK leaves it open, which shows nothing. */
const last = (): ReduceDataOptionsBuilder =>
  new ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false).fields('');

interface StatSpec extends PanelSpec {
  /** Whether the whole panel takes the colour; for what must be seen from afar. */
  readonly background?: boolean;
  /** Whether each value shows the name of its series. */
  readonly names?: boolean;
}

export const stat = kindOfPanel<StatSpec>((spec) => {
  const builder = new StatPanel()
    .reduceOptions(last())
    .graphMode(BigValueGraphMode.None)
    .colorMode(spec.background === true ? BigValueColorMode.BackgroundSolid : BigValueColorMode.Value)
    .textMode(spec.names === true ? BigValueTextMode.ValueAndName : BigValueTextMode.Value)
    // Beside its name a figure would have a third of the width.
    .wideLayout(false)
    .orientation(VizOrientation.Auto);
  return finish(builder, spec);
});

interface GraphSpec extends PanelSpec {
  readonly stacked?: boolean;
  /** A figure beside each name of the legend, such as `max`. */
  readonly legendCalc?: string;
}

/** Below the plot: beside it, names would take the width of one that is narrow. */
export const legend = (calc?: string): VizLegendOptionsBuilder =>
  new VizLegendOptionsBuilder()
    .showLegend(true)
    .displayMode(LegendDisplayMode.List)
    .placement(LegendPlacement.Bottom)
    .calcs(calc === undefined ? [] : [calc]);

export const allSeries = (): VizTooltipOptionsBuilder =>
  new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending);

/** Drops what a query without series answers with, in whose place timeline and heatmap would show an error of Grafana's. */
const WITHOUT_EMPTY = { id: 'filterFieldsByName', options: { include: { pattern: '.*' } } };

/** Lines, or a stack whose queries leave out what is zero: it would stand in the legend. */
export const lines = kindOfPanel<GraphSpec>((spec) => {
  const stacked = spec.stacked === true;
  const builder = new TimeSeriesPanel()
    .drawStyle(GraphDrawStyle.Line)
    .lineInterpolation(LineInterpolation.Linear)
    // The outline of a part that is nothing would still be drawn.
    .lineWidth(stacked ? 0 : 1)
    .fillOpacity(stacked ? 70 : 0)
    // A single value is a point: on the first day there is no line yet.
    .showPoints(VisibilityMode.Auto)
    .axisPlacement(AxisPlacement.Auto)
    .legend(legend(spec.legendCalc))
    .tooltip(allSeries());
  if (stacked) builder.stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group('A'));
  if (typeof spec.coloring === 'object' && 'limit' in spec.coloring)
    builder.thresholdsStyle(new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.DashedAndArea));
  return finish(builder, spec);
});

/** Stacked bars over time, one a step, drawn to the right of the instant that names it. */
export const columns = kindOfPanel<GraphSpec>((spec) => {
  const builder = new TimeSeriesPanel()
    .drawStyle(GraphDrawStyle.Bars)
    .barAlignment(BarAlignment.After)
    .lineWidth(0)
    .fillOpacity(80)
    .showPoints(VisibilityMode.Never)
    .stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group('A'))
    .legend(legend(spec.legendCalc))
    .tooltip(allSeries());
  return finish(builder, spec);
});

/** Days with the bars of each side by side, to be compared. They are joined in one frame: overrides know them by name. */
export const dayPairs = kindOfPanel<PanelSpec>((spec) => {
  const builder = new BarChartPanel()
    .stacking(StackingMode.None)
    .showValue(VisibilityMode.Never)
    .xTickLabelSpacing(60)
    // 0, as the SDK has it, leaves three dots of each.
    .xTickLabelMaxLength(10)
    .barWidth(0.9)
    .groupWidth(0.8)
    .fillOpacity(85)
    .lineWidth(0)
    .legend(legend())
    .tooltip(allSeries())
    .withTransformation({ id: 'joinByField', options: { byField: 'Time', mode: 'outer' } })
    .xField('Time');
  const dates: Translated<Override> = {
    of: { name: 'Time' },
    // A date for which there is no room is no value to Grafana: what the panel says where it has none would stand there.
    properties: [
      { id: 'unit', value: 'time:MM-DD' },
      { id: 'noValue', value: ' ' },
    ],
  };
  return finish(builder, { ...spec, overrides: [...(spec.overrides ?? []), dates] });
});

/** Where nothing was recorded: without it, what the panel says where it has no value would be a state in the legend. */
const NO_STATE = { type: 'special', options: { match: 'null', result: { text: '', color: 'transparent' } } };

interface StateWords {
  readonly type: string;
  readonly options: Readonly<Record<string, { readonly text: string }>>;
}
/** Takes no room, and counts as a character. */
const NOTHING_WIDE = '\u200b';
/** Grafana cuts a word to as many letters of Latin as its state is wide: Chinese ones take the room of two. */
function spaced({ type, options }: StateWords): StateWords {
  const wide = (text: string): string =>
    [...text].map((each) => (displayWidth(each) > 1 ? each + NOTHING_WIDE : each)).join('');
  const all = Object.entries(options).map(([value, state]) => [value, { ...state, text: wide(state.text) }]);
  return { type, options: Object.fromEntries(all) };
}

/**
 * States of each series over time, in the colours of the mappings. They are fixed: where steps give the colour, Grafana 12
 * merges values by the steps and forgets the mappings.
 */
export const timeline = kindOfPanel<Omit<PanelSpec, 'coloring'>>((spec) => {
  const builder = new TimelinePanel()
    // The word of a state where it is as long as that.
    .showValue(VisibilityMode.Auto)
    .mergeValues(true)
    .rowHeight(0.8)
    .alignValue(TimelineValueAlignment.Left)
    .fillOpacity(70)
    .lineWidth(0)
    .legend(legend())
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Single))
    .withTransformation(WITHOUT_EMPTY);
  const mappings = [...((spec.mappings ?? []) as StateWords[]).map(spaced), NO_STATE];
  const panel = finish(builder, { ...spec, mappings, coloring: { fixed: PLAIN } });
  // A pager, though there is one page, would take the room of two rows. The SDK does not know how to be without it.
  return { ...panel, options: { ...panel.options, perPage: 0 } };
});

/** Grafana cuts the beginning of a long name beside a row; what tells nodes apart is at both ends. */
const SHORTENED = { regex: '^(.{9}).{3,}(.{7})$', renamePattern: '$1…$2' };

interface HeatSpec extends Omit<PanelSpec, 'targets' | 'interval'> {
  /** A series a row. */
  readonly expr: string;
  /** The label that names a row, and names for rows that are called otherwise. A heatmap takes no overrides of names. */
  readonly label: string;
  readonly rows?: Readonly<Record<string, Text>>;
  readonly interval: '1h' | '1d';
}

/**
 * One row a series, one cell a step, which ends at the instant that names it. Its target is a trace: the data source's
 * format for heatmaps takes series for the cumulative buckets of a histogram and subtracts one from the next.
 */
export const heat = kindOfPanel<HeatSpec>(({ expr, label, rows = {}, ...spec }) => {
  const builder = new HeatmapPanel()
    .calculate(false)
    .color(
      new HeatmapColorOptionsBuilder()
        .mode(HeatmapColorMode.Scheme)
        .scheme('Blues')
        .steps(64)
        .exponent(0.5)
        .fill('dark-blue')
        .reverse(false),
    )
    .cellGap(1)
    .cellValues(new CellValuesBuilder().unit(spec.unit))
    .yAxis(new YAxisConfigBuilder().unit('short').axisPlacement(AxisPlacement.Left))
    .showLegend()
    .withTransformation(WITHOUT_EMPTY);
  for (const [row, name] of Object.entries(rows))
    builder.withTransformation({ id: 'renameByRegex', options: { regex: `^${row}$`, renamePattern: name } });
  builder.withTransformation({ id: 'renameByRegex', options: SHORTENED });
  const targets = [{ kind: 'trace', expr, legend: `{{${label}}}` }] as const;
  return finish(builder, { ...spec, targets });
});
