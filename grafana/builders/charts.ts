import { PanelBuilder as BarGaugePanel } from '@grafana/grafana-foundation-sdk/bargauge';
import {
  AxisPlacement,
  BarAlignment,
  BarGaugeDisplayMode,
  BarGaugeValueMode,
  BigValueColorMode,
  BigValueGraphMode,
  BigValueTextMode,
  GraphDrawStyle,
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
  VizTextDisplayOptionsBuilder,
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
import { finish, kindOfPanel, type PanelSpec } from './panel.ts';

/** The value at the end of the range; the SDK leaves it open, which shows nothing. */
const last = (): ReduceDataOptionsBuilder =>
  new ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false).fields('');

export interface StatSpec extends PanelSpec {
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
    .orientation(VizOrientation.Auto);
  return finish(builder, spec);
});

/** Horizontal bars, one a series: ranks. */
export const bars = kindOfPanel<PanelSpec>((spec) => {
  const builder = new BarGaugePanel()
    .reduceOptions(last())
    .orientation(VizOrientation.Horizontal)
    .displayMode(BarGaugeDisplayMode.Basic)
    .valueMode(BarGaugeValueMode.Text)
    .showUnfilled(false)
    .minVizHeight(16)
    .text(new VizTextDisplayOptionsBuilder().titleSize(13).valueSize(13));
  return finish(builder, spec);
});

export interface GraphSpec extends PanelSpec {
  readonly stacked?: boolean;
  /** Reducers shown in the legend, such as `max`; a table where there are any. */
  readonly legendCalcs: readonly string[];
}

const legend = (calcs: readonly string[]): VizLegendOptionsBuilder =>
  new VizLegendOptionsBuilder()
    .showLegend(true)
    .displayMode(calcs.length > 0 ? LegendDisplayMode.Table : LegendDisplayMode.List)
    .placement(calcs.length > 0 ? LegendPlacement.Right : LegendPlacement.Bottom)
    .calcs([...calcs]);

const allSeries = (): VizTooltipOptionsBuilder =>
  new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending);

export const lines = kindOfPanel<GraphSpec>((spec) => {
  const builder = new TimeSeriesPanel()
    .drawStyle(GraphDrawStyle.Line)
    .lineInterpolation(LineInterpolation.Linear)
    .lineWidth(1)
    .fillOpacity(spec.stacked === true ? 30 : 8)
    .showPoints(VisibilityMode.Never)
    .axisPlacement(AxisPlacement.Auto)
    .legend(legend(spec.legendCalcs))
    .tooltip(allSeries());
  if (spec.stacked === true) builder.stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group('A'));
  return finish(builder, spec);
});

/** Bars over time, one a step, drawn to the right of the instant that names it. */
export const columns = kindOfPanel<GraphSpec>((spec) => {
  const builder = new TimeSeriesPanel()
    .drawStyle(GraphDrawStyle.Bars)
    .barAlignment(BarAlignment.After)
    .lineWidth(0)
    .fillOpacity(80)
    .showPoints(VisibilityMode.Never)
    .legend(legend(spec.legendCalcs))
    .tooltip(allSeries());
  if (spec.stacked === true) builder.stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group('A'));
  return finish(builder, spec);
});

/** States of each series over time, in the colours of the mappings. */
export const timeline = kindOfPanel<PanelSpec>((spec) => {
  const builder = new TimelinePanel()
    .showValue(VisibilityMode.Never)
    .mergeValues(true)
    .rowHeight(0.8)
    .alignValue(TimelineValueAlignment.Left)
    .fillOpacity(70)
    .lineWidth(0)
    .legend(legend([]))
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Single));
  return finish(builder, spec);
});

/**
 * One row a series, one cell a step, which ends at the instant that names it. Its targets are traces: the data source's
 * format for heatmaps takes series for the cumulative buckets of a histogram and subtracts one from the next.
 */
export const heat = kindOfPanel<PanelSpec>((spec) => {
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
    .showLegend();
  return finish(builder, spec);
});
