import { PanelBuilder as BarChartPanel } from '@grafana/grafana-foundation-sdk/barchart';
import {
  FieldTextAlignment,
  StackingMode,
  TableCellDisplayMode,
  TableSortByFieldStateBuilder,
  VisibilityMode,
  VizOrientation,
} from '@grafana/grafana-foundation-sdk/common';
import { MappingType } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder as TablePanel } from '@grafana/grafana-foundation-sdk/table';
import type { Text } from '../../core/language.ts';
import { ACCENT, PLAIN } from '../palette.ts';
import { allSeries, legend } from './charts.ts';
import {
  always,
  type FieldProperty,
  finish,
  kindOfPanel,
  type PanelDefinition,
  type PanelSpec,
  type PanelText,
  refId,
  rows,
} from './panel.ts';

/** One column of figures, from a query of its own. */
export interface TableColumn {
  readonly name: Text;
  readonly expr: string;
  readonly unit: PanelText;
  /** Pixels; what none says shares what is left. */
  readonly width?: number;
  readonly decimals?: number;
  readonly properties?: readonly FieldProperty[];
}

/** Pixels of a column of names, of sizes, and of a date with its time. */
export const WIDTHS = { name: 120, size: 96, date: 170 } as const;

const MIB = 2 ** 20;
const GIB = 2 ** 30;

/** Figures of one unit, which Grafana would choose for each cell: of two in a column the longer is the larger. */
function inUnit(
  expr: string,
  bytes: number,
  unit: string,
): Pick<TableColumn, 'expr' | 'unit' | 'decimals' | 'properties'> {
  const small = (from: number, to: number, text: string): object => ({
    type: MappingType.RangeToText,
    options: { from, to, result: { text: `${text} ${unit}` } },
  });
  // What two decimals would show as nothing, although it is something.
  const mappings = [small(1e-12, 0.00499, '<0.01'), small(-0.00499, -1e-12, '>-0.01')];
  return {
    expr: `(${expr}) / ${bytes}`,
    unit: `suffix: ${unit}`,
    decimals: 2,
    properties: [{ id: 'mappings', value: mappings }],
  };
}

export const bytesColumn = (name: Text, expr: string): TableColumn => ({
  name,
  width: WIDTHS.size,
  ...inUnit(expr, GIB, 'GiB'),
});
export const memoryColumn = (name: Text, expr: string): TableColumn => ({
  name,
  width: WIDTHS.size,
  ...inUnit(expr, MIB, 'MiB'),
});
export const rateColumn = (name: Text, expr: string): TableColumn => ({
  name,
  width: WIDTHS.size,
  ...inUnit(expr, MIB, 'MiB/s'),
});

/** The same with a bar in each cell, as wide as the room that other columns leave. */
export const bytesBars = (name: Text, expr: string): TableColumn => {
  const { properties = [], ...column } = inUnit(expr, GIB, 'GiB');
  return { name, ...column, properties: [...properties, ...gaugeCells([always(ACCENT)])] };
};

/** A label that names a row, with the title of its column and where a click on it leads. */
export interface RowKey {
  readonly label: string;
  readonly name: Text;
  readonly width?: number;
  /** Takes the room that the figures leave, where no column does; else the first key. */
  readonly grows?: boolean;
  readonly link?: { readonly title: Text; readonly url: string };
  readonly properties?: readonly FieldProperty[];
}

interface TableSpec extends Omit<PanelSpec, 'targets' | 'unit' | 'overrides' | 'coloring'> {
  readonly keys: readonly RowKey[];
  readonly columns: readonly TableColumn[];
  /** Names of the column by which rows are sorted, largest first, and of one for those that are the same there. */
  readonly sortBy: Text;
  readonly thenBy?: Text;
  /** False for a list that needs no names of columns. */
  readonly header?: boolean;
}

/** A cell without a value: what the table says where it has no row would stand in it. */
const NOTHING: FieldProperty = { id: 'noValue', value: '–' };
/** Long names go on in a second line. */
export const WRAPPED: FieldProperty = { id: 'custom.wrapText', value: true };

/**
 * Queries side by side, joined by the labels that they share. Where they have no series there is no label to group by, so
 * that no frame is left and Grafana says the panel's sentence; without the groups it shows heads over nothing.
 */
export const table = kindOfPanel<TableSpec>(({ keys, columns, sortBy, thenBy, header = true, ...spec }) => {
  const shown = new Set(keys.map(({ label }) => label));
  const labels = [...shown, 'user'];
  // The one query of a table has no letter.
  const value = (index: number): string => (columns.length === 1 ? 'Value' : `Value #${refId(index)}`);
  const field = (index: number): string => `${value(index)} (lastNotNull)`;
  const order = [...keys.map(({ label }) => label), ...columns.map((_, index) => field(index))];
  const builder = new TablePanel()
    .showHeader(header)
    .align(FieldTextAlignment.Auto)
    .minWidth(60)
    // Both, since nothing migrates one into the other: Grafana 9 reads the first, later ones the second.
    .displayMode(TableCellDisplayMode.Auto)
    .cellOptions({ type: TableCellDisplayMode.Auto })
    .sortBy(
      [sortBy, thenBy].flatMap((name) =>
        name === undefined ? [] : new TableSortByFieldStateBuilder().displayName(name).desc(true),
      ),
    )
    .withTransformation({ id: 'merge', options: {} })
    .withTransformation({
      id: 'groupBy',
      options: {
        fields: Object.fromEntries([
          ...labels.map((label) => [label, { operation: 'groupby', aggregations: [] }]),
          ...columns.map((_, index) => [value(index), { operation: 'aggregate', aggregations: ['lastNotNull'] }]),
        ]),
      },
    })
    .withTransformation({
      id: 'organize',
      options: {
        excludeByName: shown.has('user') ? {} : { user: true },
        indexByName: Object.fromEntries(order.map((each, index) => [each, index])),
        renameByName: Object.fromEntries([
          ...keys.map(({ label, name }) => [label, name]),
          ...columns.map(({ name }, index) => [field(index), name]),
        ]),
      },
    });
  const wide = (width: number | undefined): FieldProperty[] =>
    width === undefined ? [] : [{ id: 'custom.width', value: width }];
  const isFilled = columns.some(({ width }) => width === undefined);
  const growing = isFilled ? undefined : (keys.find(({ grows }) => grows) ?? keys[0])?.label;
  const overrides = [
    ...keys.map(({ label, name, link, width = WIDTHS.name, properties }) => ({
      of: { name },
      properties: [
        ...(label === growing ? [{ id: 'custom.minWidth', value: width }] : wide(width)),
        WRAPPED,
        NOTHING,
        ...(link === undefined ? [] : [{ id: 'links', value: [link] }]),
        ...(properties ?? []),
      ],
    })),
    ...columns.map(({ name, unit, width, decimals, properties }) => ({
      of: { name },
      properties: [
        ...wide(width),
        NOTHING,
        { id: 'unit', value: unit },
        ...(decimals === undefined ? [] : [{ id: 'decimals', value: decimals }]),
        ...(properties ?? []),
      ],
    })),
  ];
  const targets = columns.map(({ expr }) => rows(expr));
  return finish(builder, { ...spec, coloring: { fixed: PLAIN }, unit: 'none', targets, overrides });
});

/** The properties of a column of bars, each with its figure, from nothing to the most or to a highest value. */
export function gaugeCells(color: readonly FieldProperty[], max?: number): FieldProperty[] {
  return [
    { id: 'custom.cellOptions', value: { type: 'gauge', mode: 'basic', valueDisplayMode: 'text' } },
    // The figure with a little of a bar, where other columns leave no room.
    { id: 'custom.minWidth', value: WIDTHS.size },
    { id: 'min', value: 0 },
    // The most of this column, not of all.
    { id: 'fieldMinMax', value: true },
    ...(max === undefined ? [] : [{ id: 'max', value: max }]),
    ...color,
  ];
}

interface RanksSpec extends Omit<TableSpec, 'columns' | 'sortBy' | 'header'> {
  /** One instant query, a row a series. */
  readonly expr: string;
}

/** What is used most, a bar each. */
export function ranks({ expr, ...spec }: RanksSpec): PanelDefinition {
  const name = { zh: '用量', en: 'Use' };
  return table({ ...spec, columns: [bytesBars(name, expr)], sortBy: name, header: false });
}

/** The properties of a column whose text is coloured, by its mappings or by steps. */
const TEXT_CELLS: readonly FieldProperty[] = [
  { id: 'custom.displayMode', value: 'color-text' },
  { id: 'custom.cellOptions', value: { type: 'color-text' } },
];

/** The properties that colour values by steps. */
export function stepColors(
  steps: readonly { readonly value: number | null; readonly color: string }[],
): FieldProperty[] {
  return [
    { id: 'thresholds', value: { mode: 'absolute', steps } },
    { id: 'color', value: { mode: 'thresholds' } },
  ];
}

/** The properties of a column whose text takes the colour of steps. */
export function coloredCells(steps: Parameters<typeof stepColors>[0]): FieldProperty[] {
  return [...stepColors(steps), ...TEXT_CELLS];
}

/** The properties of a column of states in words, filled with their colours or in them. */
export function stateCells(mapping: NonNullable<unknown>, filled: boolean): FieldProperty[] {
  const fill = { id: 'custom.cellOptions', value: { type: 'color-background', mode: 'basic' } };
  return [
    { id: 'mappings', value: [mapping] },
    { id: 'custom.align', value: 'left' },
    ...(filled ? [{ id: 'custom.displayMode', value: 'color-background-solid' }, fill] : TEXT_CELLS),
  ];
}

interface MatrixSpec extends Omit<PanelSpec, 'targets'> {
  /** One instant query whose series differ in the two labels, without those of nothing. */
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
    .barWidth(0.8)
    .groupWidth(0.7)
    .fillOpacity(85)
    .lineWidth(0)
    .legend(legend())
    .tooltip(allSeries())
    .withTransformation({
      id: 'groupingToMatrix',
      options: { rowField: row, columnField: part, valueField: 'Value', emptyValue: 'zero' },
    })
    .xField(`${row}\\${part}`);
  return finish(builder, { ...spec, targets: [rows(expr)] });
});
