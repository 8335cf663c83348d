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
import { PanelBuilder as TablePanel } from '@grafana/grafana-foundation-sdk/table';
import type { Text } from '../../core/language.ts';
import {
  type FieldProperty,
  finish,
  kindOfPanel,
  type PanelSpec,
  refId,
  table as rowsOf,
  type Words,
} from './panel.ts';

/** One column of figures, from a query of its own. */
export interface Column {
  readonly name: Text;
  readonly expr: string;
  readonly unit: Words;
  readonly decimals?: number;
  readonly properties?: readonly FieldProperty[];
}

export const bytesColumn = (name: Text, expr: string): Column => ({ name, expr, unit: 'bytes', decimals: 2 });

export interface TableSpec extends Omit<PanelSpec, 'targets' | 'unit' | 'overrides'> {
  /** Labels that name a row, with the title of their column and where a click on it leads. */
  readonly keys: readonly {
    readonly label: string;
    readonly name: Text;
    readonly link?: string;
    readonly linkTitle?: Text;
    readonly properties?: readonly FieldProperty[];
  }[];
  readonly columns: readonly Column[];
  /** Name of the column by which rows are sorted, largest first. */
  readonly sortBy: Text;
}

/** Queries side by side, joined by the labels that they share. */
export const table = kindOfPanel<TableSpec>(({ keys, columns, sortBy, ...spec }) => {
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
  const overrides = [
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
});

/** The properties of a column whose text is coloured. */
export const TEXT_CELLS: readonly FieldProperty[] = [
  { id: 'custom.displayMode', value: 'color-text' },
  { id: 'custom.cellOptions', value: { type: 'color-text' } },
];

/** The properties of a column whose cells take the colour of steps. */
export function coloredCells(
  steps: readonly { readonly value: number | null; readonly color: string }[],
): FieldProperty[] {
  return [
    { id: 'thresholds', value: { mode: 'absolute', steps } },
    { id: 'color', value: { mode: 'thresholds' } },
    ...TEXT_CELLS,
  ];
}

export interface MatrixSpec extends Omit<PanelSpec, 'targets'> {
  /** One instant query whose series differ in the two labels. */
  readonly expr: string;
  /** The label that names a bar, and the one that names its parts. */
  readonly row: string;
  readonly part: string;
}

/** A stacked bar for each value of one label, cut by another. */
export const matrix = kindOfPanel<MatrixSpec>(({ expr, row, part, ...spec }) => {
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
});
