import { PanelBuilder as BarChartPanel } from '@grafana/grafana-foundation-sdk/barchart';
import {
  FieldTextAlignment,
  LegendDisplayMode,
  LegendPlacement,
  SortOrder,
  StackingMode,
  TableCellDisplayMode,
  TableSortByFieldStateBuilder,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizOrientation,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import type { DynamicConfigValue } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder as TablePanel } from '@grafana/grafana-foundation-sdk/table';
import { finish, type Override, type Pane, type PaneSpec } from './pane.ts';
import { refId, table as rowsOf } from './target.ts';

/** One column of figures, from a query of its own. */
export interface Column {
  readonly name: string;
  readonly expr: string;
  readonly unit: string;
  readonly decimals?: number;
  readonly properties?: readonly DynamicConfigValue[];
}

export interface TableSpec extends Omit<PaneSpec, 'targets' | 'unit' | 'overrides'> {
  /** Labels that name a row, with the title of their column and where a click on it leads. */
  readonly keys: readonly {
    readonly label: string;
    readonly name: string;
    readonly link?: string;
    readonly linkTitle?: string;
    readonly properties?: readonly DynamicConfigValue[];
  }[];
  readonly columns: readonly Column[];
  /** Name of the column by which rows are sorted, largest first. */
  readonly sortBy: string;
}

/** Queries side by side, joined by the labels that they share. */
export function table({ keys, columns, sortBy, ...spec }: TableSpec): Pane {
  const shown = new Set(keys.map(({ label }) => label));
  const hidden = ['Time', 'user'].filter((label) => !shown.has(label));
  const order = [...keys.map(({ label }) => label), ...columns.map((_, index) => `Value #${refId(index)}`)];
  const builder = new TablePanel()
    .showHeader(true)
    .align(FieldTextAlignment.Auto)
    // Both, since nothing migrates one into the other: Grafana 9 reads the first, later ones the second.
    .displayMode(TableCellDisplayMode.Auto)
    .cellOptions({ type: TableCellDisplayMode.Auto })
    .sortBy([new TableSortByFieldStateBuilder().displayName(sortBy).desc(true)])
    .withTransformation({ id: 'merge', options: {} })
    .withTransformation({
      id: 'organize',
      options: {
        excludeByName: Object.fromEntries(hidden.map((label) => [label, true])),
        indexByName: Object.fromEntries(order.map((field, index) => [field, index])),
        renameByName: Object.fromEntries([
          ...keys.map(({ label, name }) => [label, name]),
          ...columns.map(({ name }, index) => [`Value #${refId(index)}`, name]),
        ]),
      },
    });
  const overrides: Override[] = [
    ...keys.map(({ name, link, linkTitle, properties }) => ({
      of: { name },
      properties: [
        ...(link === undefined ? [] : [{ id: 'links', value: [{ title: linkTitle ?? name, url: link }] }]),
        ...(properties ?? []),
      ],
    })),
    ...columns.map(({ name, unit, decimals, properties }) => ({
      of: { name },
      properties: [
        { id: 'unit', value: unit },
        ...(decimals === undefined ? [] : [{ id: 'decimals', value: decimals }]),
        ...(properties ?? []),
      ],
    })),
  ];
  const targets = columns.map(({ expr }) => rowsOf(expr));
  return finish(builder, {
    ...spec,
    unit: 'none',
    targets,
    overrides: overrides.filter((each) => each.properties.length > 0),
  });
}

/** The properties of a column whose cells take the colour of steps. */
export function coloredCells(
  steps: readonly { readonly value: number | null; readonly color: string }[],
): DynamicConfigValue[] {
  return [
    { id: 'thresholds', value: { mode: 'absolute', steps } },
    { id: 'color', value: { mode: 'thresholds' } },
    { id: 'custom.displayMode', value: 'color-text' },
    { id: 'custom.cellOptions', value: { type: 'color-text' } },
  ];
}

export interface MatrixSpec extends Omit<PaneSpec, 'targets'> {
  /** One instant query whose series differ in the two labels. */
  readonly expr: string;
  /** The label that names a bar, and the one that names its parts. */
  readonly row: string;
  readonly part: string;
}

/** A stacked bar for each value of one label, cut by another. */
export function matrix({ expr, row, part, ...spec }: MatrixSpec): Pane {
  const builder = new BarChartPanel()
    .orientation(VizOrientation.Horizontal)
    .stacking(StackingMode.Normal)
    .showValue(VisibilityMode.Never)
    .xTickLabelSpacing(200)
    .barWidth(0.8)
    .groupWidth(0.7)
    .fillOpacity(85)
    .lineWidth(0)
    .legend(
      new VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Right)
        .calcs([]),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending))
    .withTransformation({
      id: 'groupingToMatrix',
      options: { rowField: row, columnField: part, valueField: 'Value', emptyValue: 'zero' },
    })
    .xField(`${row}\\${part}`);
  return finish(builder, { ...spec, targets: [rowsOf(expr)] });
}
