import type { Dashboard, Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { expect, it } from 'vitest';
import { CLASS_COLORS } from '../../grafana/palette.ts';
import type { Series } from '../panel-answers.ts';
import { emptyProblems, fieldProblems } from './fields.ts';
import { looksProblems } from './looks.ts';
import { schemaV2Problems } from './schema-v2.ts';

const sized = { title: 'Use', description: 'What it shows', gridPos: { x: 0, y: 0, w: 8, h: 8 } };
const legend = { placement: 'bottom', displayMode: 'list', calcs: ['max'] };
const SENTENCE = 'Shown later';
const graph = (defaults: object, options: object = {}, more: object = {}): unknown => ({
  ...sized,
  type: 'timeseries',
  options: { legend, ...options },
  fieldConfig: { defaults: { noValue: SENTENCE, ...defaults }, overrides: [] },
  ...more,
});
const STACK = { custom: { stacking: { mode: 'normal' }, lineWidth: 0 } };
const byQuery = { matcher: { id: 'byFrameRefID', options: 'A' }, properties: [] };
const table = (properties: readonly object[], renamed: object, more: object = {}): unknown => ({
  ...sized,
  type: 'table',
  targets: [{ refId: 'A', expr: 'x' }],
  transformations: [{ id: 'organize', options: { renameByName: renamed } }],
  fieldConfig: {
    defaults: { noValue: SENTENCE },
    overrides: [{ matcher: { id: 'byName', options: 'Bytes' }, properties }],
  },
  ...more,
});
/** What a table calls the field of its one query. */
const VALUE = 'Value (lastNotNull)';
const WIDE = [
  { id: 'custom.width', value: 96 },
  { id: 'noValue', value: '–' },
];
const stat = (defaults: object, more: object = {}): unknown => ({
  ...sized,
  type: 'stat',
  targets: [{ refId: 'A', expr: 'x', legendFormat: '{{airport}}' }],
  options: { textMode: 'value_and_name', wideLayout: false },
  fieldConfig: { defaults: { noValue: SENTENCE, ...defaults }, overrides: [] },
  ...more,
});
const states = (defaults: object, options: object = { perPage: 0 }): unknown => ({
  ...sized,
  options,
  type: 'state-timeline',
  fieldConfig: { defaults: { noValue: SENTENCE, ...defaults }, overrides: [] },
});
const days = (options: object): unknown =>
  graph({}, { xField: 'Time', xTickLabelSpacing: 60, xTickLabelMaxLength: 10, ...options }, { type: 'barchart' });
const stepsFrom = (color: string): object => ({ id: 'thresholds', value: { steps: [{ color, value: null }] } });
const GAUGE = { id: 'custom.cellOptions', value: { type: 'gauge' } };
const named = (color: object) => [{ type: 'value', options: { '1': { text: 'up', ...color } } }];

it.each([
  ['a timeline in steps', states({ color: { mode: 'thresholds' }, mappings: named({ color: 'green' }) }), 'grey'],
  [
    'two states of one colour',
    states({ mappings: [...named({ color: 'green' }), ...named({ color: 'green' })] }),
    'have one colour',
  ],
  ['names that are cut', table([{ id: 'custom.width', value: 96 }], { airport: 'Bytes' }), 'too narrow for names'],
  ['a state without a colour', states({ color: { mode: 'fixed' }, mappings: named({}) }), 'no colour'],
  ['a legend beside the plot', graph({}, { legend: { ...legend, placement: 'right' } }), 'room of the plot'],
  ['a legend as a table', graph({}, { legend: { ...legend, displayMode: 'table' } }), 'room of the plot'],
  ['figures of now', graph({}, { legend: { ...legend, calcs: ['lastNotNull'] } }), 'what is now'],
  ['series of nothing', graph(STACK, {}, { targets: [{ expr: 'sum by (class) (x)' }] }), 'always zero'],
  [
    'colours by query of what is joined',
    graph({}, {}, { transformations: [{ id: 'joinByField' }], fieldConfig: { defaults: {}, overrides: [byQuery] } }),
    'joined',
  ],
  ['outlines', graph({ custom: { stacking: { mode: 'normal' }, lineWidth: 1 } }), 'outlines'],
  ['shares of many digits', graph({ unit: 'percentunit' }), 'to the last digit'],
  ['a pager', states({}, { perPage: 20 }), 'a pager'],
  ['an axis of far ticks', days({ xTickLabelSpacing: 200 }), 'no ticks'],
  ['ticks of three dots', days({ xTickLabelMaxLength: 0 }), 'no ticks'],
  ['a sentence in place of dates', days({}), 'left out of its axis'],
  ['the end of a query of days', graph({}, {}, { interval: '1d', targets: [{ expr: 'x @ end() and y' }] }), 'midnight'],
  ['small figures', stat({}, { options: { textMode: 'value_and_name', wideLayout: true } }), 'small'],
  ['a sentence in cells', table([{ id: 'custom.width', value: 96 }], { [VALUE]: 'Bytes' }), 'in each cell'],
  ['a head that is cut', table([{ id: 'custom.width', value: 40 }], { [VALUE]: 'Bytes' }), 'its name needs'],
  [
    'words that run into each other',
    states({ mappings: [{ type: 'value', options: { '1': { text: '可能泄露', color: 'red' } } }] }),
    'run into each other',
  ],
  ['a bar of nothing that ends in a mark', table([GAUGE, stepsFrom('text')], { [VALUE]: 'Bytes' }), 'a mark'],
  ['bars by the most of all', table([GAUGE], { [VALUE]: 'Bytes' }), 'most of all'],
  ['a choice at each step', graph({}, {}, { targets: [{ expr: 'topk(5, x)', range: true }] }), 'step to step'],
  ['a column without a width', table([], { [VALUE]: 'Bytes' }), 'no width'],
  ['a value that keeps its name', table(WIDE, { node: 'Bytes' }), 'is shown by that name'],
  ['a size without decimals', table([...WIDE, { id: 'unit', value: 'bytes' }], { [VALUE]: 'Bytes' }), 'no decimals'],
  ['a column of two units', table([...WIDE, { id: 'unit', value: 'bytes' }], { [VALUE]: 'Bytes' }), 'different units'],
  [
    'words that need a scroll on a phone',
    table([{ id: 'custom.width', value: 400 }], { answered: 'Bytes' }, { gridPos: { x: 0, y: 0, w: 24, h: 8 } }),
    'on a phone',
  ],
  ['columns that do not fit', table([{ id: 'custom.width', value: 500 }], { [VALUE]: 'Bytes' }), 'need 500'],
  ['a long title', stat({}, { title: 'Share of all that was billed and is not explained by anything' }), 'longer'],
  [
    'a title that a phone cuts',
    stat({}, { title: 'Left at the reset, forecast (30 days)', timeFrom: '30d', gridPos: { x: 0, y: 0, w: 24, h: 8 } }),
    'longer',
  ],
  ['a heatmap of long names', graph({}, {}, { type: 'heatmap' }), 'cut at their beginning'],
  ['a long title in Chinese', stat({}, { title: '机场每天比倍率和设置以及设备所能解释的多扣了多少流量' }), 'longer'],
  ['a figure without a name', stat({}, { options: { textMode: 'value' } }), 'without its name'],
  ['a red figure where there is none', stat({ thresholds: { steps: [{ color: 'red' }] } }), 'colour of a bad one'],
  ['silence where there is no value', stat({ noValue: undefined }), 'why it has no value'],
  ['a dash where there is no value', stat({ noValue: '–' }), 'why it has no value'],
  ['a size that loses its digits', stat({ unit: 'bytes' }), 'no decimals'],
])('%s is found', (_, panel, problem) => {
  expect(looksProblems(panel as Panel).join('; ')).toContain(problem);
});

const answer = (...names: string[]): Series[] => names.map((node) => ({ labels: { node }, points: [[0, 1]] }));

it('finds names that no field has, and legends that are too long', () => {
  const query = [{ refId: 'A', expr: 'x', legendFormat: '{{node}}' }];
  const override = { matcher: { id: 'byName', options: 'HK' }, properties: [] };
  const fieldConfig = { defaults: {}, overrides: [override] };
  const one = graph({}, {}, { targets: query, fieldConfig }) as Panel;
  expect(fieldProblems(one, new Map([['A', answer('HK')]]))).toEqual([]);
  expect(fieldProblems(one, new Map([['A', answer('JP')]]))).toEqual(['no field is called HK']);
  const many = answer('HK', ...Array.from({ length: 12 }, (_, index) => `n${index}`));
  expect(fieldProblems(one, new Map([['A', many]]))).toEqual(['its legend lists 13 series']);

  const sorted = { options: { sortBy: [{ displayName: 'Bytes' }] } };
  const rows = (renamed: object) =>
    table([], renamed, { ...sorted, targets: [{ refId: 'A', expr: 'x', format: 'table' }] }) as Panel;
  expect(fieldProblems(rows({ [VALUE]: 'Bytes' }), new Map([['A', answer('HK')]]))).toEqual([]);
  expect(fieldProblems(rows({ 'Value #A (lastNotNull)': 'Bytes' }), new Map([['A', answer('HK')]]))).toContain(
    'no field is called Bytes',
  );
});

it('finds lines that no legend lists and that have no colour by which they are known', () => {
  const hidden = { matcher: { id: 'byFrameRefID', options: 'A' }, properties: [{ id: 'custom.hideFrom', value: {} }] };
  const lines = (...overrides: object[]): Panel =>
    graph(
      {},
      {},
      {
        targets: [{ refId: 'A', expr: 'x', legendFormat: '{{node}}' }],
        fieldConfig: { defaults: {}, overrides: [hidden, ...overrides] },
      },
    ) as Panel;
  const grey = (matcher: object): object => ({ matcher, properties: [{ id: 'color', value: {} }] });
  const answers = new Map([['A', answer('HK')]]);
  expect(fieldProblems(lines(), answers)).toEqual(['no legend tells whose line HK is']);
  expect(fieldProblems(lines(grey(hidden.matcher)), answers)).toEqual([]);
  expect(fieldProblems(lines(grey({ id: 'byName', options: 'HK' })), answers)).toEqual([]);
});

it('finds panels that say nothing, or show nothing, where there is nothing', () => {
  const none = new Map<string, Series[]>([['A', []]]);
  const zero = new Map([['A', answer('HK')]]);
  const grouped = { transformations: [{ id: 'merge' }, { id: 'groupBy' }] };
  const filtered = { transformations: [{ id: 'filterFieldsByName' }] };
  const found = (panel: unknown, answers = none): string => emptyProblems(panel as Panel, answers).join();
  expect(found(table(WIDE, {}))).toContain('heads over nothing');
  expect(found(table(WIDE, {}, grouped))).toBe('');
  expect(found(states({}))).toContain('an error of Grafana');
  expect(found({ ...(states({}) as object), ...filtered })).toBe('');
  const heat = { ...(graph({}) as object), type: 'heatmap' };
  expect(found(heat)).toContain('an error of Grafana');
  expect(found({ ...heat, ...filtered })).toBe('');
  expect(found({ ...heat, ...filtered }, zero)).toBe('a plot of nothing');
  expect(found(graph({}))).toBe('');
  expect(found(graph({}), zero)).toBe('a plot of nothing');
  expect(found(stat({}), zero)).toBe('');
  const two = {
    targets: [
      { refId: 'A', expr: 'x' },
      { refId: 'B', expr: 'y' },
    ],
  };
  expect(found(stat({}, two), zero)).toBe('some of its figures');
});

it('finds words of the project that are shown as they stand in the label', () => {
  const answers = new Map([['A', answer('other', 'HK')]]);
  const found = (panel: unknown): string[] => fieldProblems(panel as Panel, answers);
  const series = { targets: [{ refId: 'A', expr: 'x', legendFormat: '{{node}}' }] };
  expect(found(graph({}, {}, series))).toEqual(['other is shown as it stands in the label']);
  const named = {
    fieldConfig: { defaults: {}, overrides: [{ matcher: { id: 'byName', options: 'other' }, properties: [] }] },
  };
  expect(found(graph({}, {}, { ...series, ...named }))).toEqual([]);
  // A heatmap takes no names from overrides.
  const heat = { ...sized, type: 'heatmap', ...series };
  expect(found({ ...heat, ...named })).toEqual(['other is shown as it stands in the label']);
  expect(found({ ...heat, transformations: [{ id: 'renameByRegex', options: { regex: '^other$' } }] })).toEqual([]);
});

it('finds what the conversion to schema v2 drops', () => {
  const panel = { title: 'Use', id: 1, fieldConfig: { defaults: { unit: 'bytes', fieldMinMax: true }, overrides: [] } };
  const list = [{ name: 'Leak', enable: false, target: {}, step: '60s' }];
  const dashboard = { annotations: { list }, templating: { list: [{ name: 'node', type: 'query', query: 'text' }] } };
  expect(schemaV2Problems(dashboard as unknown as Dashboard, [panel, { cacheTimeout: '1s' }] as Panel[])).toEqual([
    'Use: schema v2 loses fieldMinMax',
    ': schema v2 loses cacheTimeout',
    'annotation Leak: schema v2 loses step',
    'variable node: its query is a text, or it is of a kind that was not looked at',
  ]);
});

it('finds nothing where all is well', () => {
  const good = [
    graph({}),
    states({ color: { mode: 'fixed' }, mappings: named({ color: 'green' }) }),
    table([...WIDE, { id: 'unit', value: 'suffix: GiB' }, { id: 'decimals', value: 2 }], { [VALUE]: 'Bytes' }),
    stat({ unit: 'bytes', decimals: 2 }),
  ];
  expect(good.flatMap((panel) => looksProblems(panel as Panel))).toEqual([]);
});

/** Relative luminance, as WCAG 2 defines it. */
function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

it.each(Object.entries(CLASS_COLORS))('%s can be read on white and on dark', (_, color) => {
  for (const background of ['#ffffff', '#181b1f']) {
    const [light = 0, dark = 0] = [luminance(color), luminance(background)].sort((a, b) => b - a);
    expect((light + 0.05) / (dark + 0.05)).toBeGreaterThanOrEqual(3);
  }
});
