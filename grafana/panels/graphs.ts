import {
  AxisPlacement,
  BarAlignment,
  GraphDrawStyle,
  LegendDisplayMode,
  LegendPlacement,
  LineInterpolation,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TimelineValueAlignment,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import {
  CellValuesBuilder,
  HeatmapColorMode,
  HeatmapColorOptionsBuilder,
  PanelBuilder as HeatmapPanel,
  YAxisConfigBuilder,
} from '@grafana/grafana-foundation-sdk/heatmap';
import { PanelBuilder as TimelinePanel } from '@grafana/grafana-foundation-sdk/statetimeline';
import { PanelBuilder as TimeSeriesPanel } from '@grafana/grafana-foundation-sdk/timeseries';
import { finish, type Pane, type PaneSpec } from './pane.ts';

export interface GraphSpec extends PaneSpec {
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

export function lines(spec: GraphSpec): Pane {
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
}

/** Bars over time, one a step, drawn to the right of the instant that names it. */
export function columns(spec: GraphSpec): Pane {
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
}

/** States of each series over time, in the colours of the mappings. */
export function timeline(spec: PaneSpec): Pane {
  const builder = new TimelinePanel()
    .showValue(VisibilityMode.Never)
    .mergeValues(true)
    .rowHeight(0.8)
    .alignValue(TimelineValueAlignment.Left)
    .fillOpacity(70)
    .lineWidth(0)
    .legend(
      new VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .calcs([]),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Single));
  return finish(builder, spec);
}

/**
 * One row a series, one cell a step, which ends at the instant that names it. Its targets are traces: the data source's
 * format for heatmaps takes series for the cumulative buckets of a histogram and subtracts one from the next.
 */
export function heat(spec: PaneSpec): Pane {
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
}
