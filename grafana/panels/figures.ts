import { PanelBuilder as BarGaugePanel } from '@grafana/grafana-foundation-sdk/bargauge';
import {
  BarGaugeDisplayMode,
  BarGaugeValueMode,
  BigValueColorMode,
  BigValueGraphMode,
  BigValueTextMode,
  ReduceDataOptionsBuilder,
  VizOrientation,
  VizTextDisplayOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import { PanelBuilder as StatPanel } from '@grafana/grafana-foundation-sdk/stat';
import { finish, type Pane, type PaneSpec } from './pane.ts';

/** The value at the end of the range; the SDK leaves it open, which shows nothing. */
const last = (): ReduceDataOptionsBuilder =>
  new ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false).fields('');

export interface StatSpec extends PaneSpec {
  /** Whether the whole panel takes the colour; for what must be seen from afar. */
  readonly background?: boolean;
  /** Whether each value shows the name of its series. */
  readonly names?: boolean;
}

export function stat(spec: StatSpec): Pane {
  const builder = new StatPanel()
    .reduceOptions(last())
    .graphMode(BigValueGraphMode.None)
    .colorMode(spec.background === true ? BigValueColorMode.BackgroundSolid : BigValueColorMode.Value)
    .textMode(spec.names === true ? BigValueTextMode.ValueAndName : BigValueTextMode.Value)
    .orientation(VizOrientation.Auto);
  return finish(builder, spec);
}

/** Horizontal bars, one a series: ranks. */
export function bars(spec: PaneSpec): Pane {
  const builder = new BarGaugePanel()
    .reduceOptions(last())
    .orientation(VizOrientation.Horizontal)
    .displayMode(BarGaugeDisplayMode.Basic)
    .valueMode(BarGaugeValueMode.Text)
    .showUnfilled(false)
    .minVizHeight(16)
    .text(new VizTextDisplayOptionsBuilder().titleSize(13).valueSize(13));
  return finish(builder, spec);
}
