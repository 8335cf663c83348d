import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import type { Dataquery } from '@grafana/grafana-foundation-sdk/prometheus';
import { DIMENSIONS } from '../../core/metric-contract.ts';
import { displayWidth } from '../../core/units.ts';
import { GRID_COLUMNS } from '../../grafana/dashboard.ts';
import { BAD, NEUTRAL, WATCH } from '../../grafana/palette.ts';

/** A small laptop, in pixels: the page without its margins, the gap between panels, and what frames a panel's content. */
const PAGE = 1280 - 32;
/** A telephone. */
const PHONE = 390 - 32;
const GAP = 8;
const FRAME = 18;
/** Of a title in Grafana's font of 14 pixels: a column of a terminal, the mark of a description, the badge of a range. */
const CHARACTER = 7.4;
const MARK = 30;
const BADGE = 110;
/** The head of a column has spaces beside it, and an arrow where rows are sorted by it. */
const HEAD_CHARACTER = 7.2;
const HEAD = 16;
const ARROW = 22;
/** Labels that hold names, and the room that these need. */
const NAMES: readonly string[] = ['user', 'airport', 'instance', 'node', ...DIMENSIONS];
const NAME_WIDTH = 120;
/** A column of bars with their figures needs as much. */
const GAUGE_WIDTH = 100;
/** Units whose digits vary from value to value unless their number is given. */
const ROUNDED = /^(?:bytes|percentunit|s|suffix:.*)$/;
/** Units of which Grafana chooses another for each figure; a duration says by its word how long it is. */
const SCALED = /^(?:bytes|binBps|short)$/;

/** Pixels that a panel's content is wide where the window is 1280. */
function contentWidth({ gridPos }: Panel): number {
  const column = (PAGE - GAP * (GRID_COLUMNS - 1)) / GRID_COLUMNS;
  const columns = gridPos?.w ?? 0;
  return columns * column + (columns - 1) * GAP - FRAME;
}

interface Field {
  readonly name: string;
  readonly properties: ReadonlyMap<string, unknown>;
}

/** What is set for each field by name. */
function fieldsOf({ fieldConfig }: Panel): Field[] {
  return (fieldConfig?.overrides ?? [])
    .filter(({ matcher }) => matcher.id === 'byName')
    .map(({ matcher, properties }) => ({
      name: String(matcher.options),
      properties: new Map(properties.map(({ id, value }) => [id, value])),
    }));
}

/** Each rule is something that was seen in a running Grafana, and should not be seen again. */
export function looksProblems(panel: Panel): string[] {
  const { type, title = '', description, timeFrom, fieldConfig, options } = panel;
  const { defaults } = fieldConfig ?? {};
  const targets = (panel.targets ?? []) as Dataquery[];
  const problems: string[] = [];
  const needed = displayWidth(title) * CHARACTER + (description ? MARK : 0) + (timeFrom ? BADGE : 0);
  if (needed > Math.min(contentWidth(panel), PHONE - FRAME))
    problems.push('its title is longer than the panel is wide');
  if (!/\p{L}{2}/u.test(defaults?.noValue ?? '')) problems.push('does not say why it has no value');

  if (type === 'state-timeline') {
    if (defaults?.color?.mode === 'thresholds') problems.push('steps take the place of its mappings: all is grey');
    if (options?.perPage !== 0) problems.push('a pager takes the room of its rows');
    if (/"text":(?![^}]*"color")/.test(JSON.stringify(defaults?.mappings ?? [])))
      problems.push('a state has no colour');
    const colors = [...JSON.stringify(defaults?.mappings ?? []).matchAll(/"color":"([^"]+)"/g)].map(([, each]) => each);
    // Grafana cuts a word to as many letters of Latin as there is room for.
    const words = [...JSON.stringify(defaults?.mappings ?? []).matchAll(/"text":"([^"]*)"/g)].map(
      ([, word = '']) => word,
    );
    if (words.some((word) => word.length < displayWidth(word))) problems.push('its words run into each other');
    // Grey is for whatever reason there is no state.
    if (colors.some((each, index) => each !== NEUTRAL && colors.indexOf(each) !== index))
      problems.push('two states have one colour');
  }
  if (['timeseries', 'barchart'].includes(type)) {
    const { placement, displayMode, calcs = [] } = options?.legend ?? {};
    if (placement !== 'bottom' || displayMode !== 'list') problems.push('its legend takes the room of the plot');
    // Half of the plot on a phone, of a moment that may be long past.
    if (calcs.some((each: string) => /^last/.test(each))) problems.push('its legend says what is now, or was');
    if (calcs.length > 0 && defaults?.unit === 'percentunit' && defaults.decimals === undefined)
      problems.push('its legend says shares to the last digit');
    const { stacking, lineWidth } = defaults?.custom ?? {};
    const isStack = stacking?.mode === 'normal' || options?.stacking === 'normal';
    if (isStack && !targets.every(({ expr }) => / > 0$/.test(expr)))
      problems.push('its legend lists what is always zero, or it is blank where all is');
    if (stacking?.mode === 'normal' && lineWidth !== 0) problems.push('outlines of parts that are nothing');
  }
  const ids = (panel.transformations ?? []).map(({ id }) => id);
  if (
    ids.includes('joinByField') &&
    (fieldConfig?.overrides ?? []).some(({ matcher }) => matcher.id === 'byFrameRefID')
  )
    problems.push('overrides of queries whose frames are joined');
  if (type === 'barchart' && options?.xField === 'Time') {
    if ((options.xTickLabelSpacing ?? 0) > 100 || !options.xTickLabelMaxLength) problems.push('its axis has no ticks');
    const dates = fieldsOf(panel).find(({ name }) => name === 'Time')?.properties;
    if (String(dates?.get('noValue') ?? '-').trim() !== '') problems.push('dates left out of its axis say something');
  }
  if (type === 'stat' && options?.textMode !== 'value_and_name' && targets.some(({ legendFormat }) => legendFormat))
    problems.push('a figure without its name');
  if (type === 'stat' && options?.wideLayout !== false) problems.push('its figures are small beside their names');
  if (type === 'stat' && ROUNDED.test(defaults?.unit ?? '') && defaults?.decimals === undefined)
    problems.push('no decimals');
  if (type === 'heatmap' && !(panel.transformations ?? []).some(({ options }) => /…/.test(options.renamePattern ?? '')))
    problems.push('its names are cut at their beginning');
  if (type === 'table') problems.push(...tableProblems(panel, targets));

  const steps = [defaults?.thresholds, ...fieldsOf(panel).map(({ properties }) => properties.get('thresholds'))];
  for (const each of steps as { steps?: { color: string }[] }[]) {
    if ([BAD, WATCH].includes(each?.steps?.[0]?.color ?? '')) problems.push('no value takes the colour of a bad one');
  }
  for (const { expr, range } of targets) {
    if (panel.interval === '1d' && expr.includes('@ end() and')) problems.push('end() is the last midnight');
    if (range === true && /topk\((?![^@]*@ end\(\))/.test(expr))
      problems.push('the most used change from step to step');
  }
  return problems;
}

function tableProblems(panel: Panel, targets: readonly Dataquery[]): string[] {
  const problems: string[] = [];
  const organize = (panel.transformations ?? []).find(({ id }) => id === 'organize')?.options;
  const renamed: Record<string, string> = organize?.renameByName ?? {};
  const values = targets.map(({ refId }) => `${targets.length === 1 ? 'Value' : `Value #${refId}`} (lastNotNull)`);
  for (const value of values) if (renamed[value] === undefined) problems.push(`${value} is shown by that name`);
  const fields = fieldsOf(panel);
  let width = 0;
  let names = 0;
  for (const [label, name] of Object.entries(renamed)) {
    const properties = fields.find((field) => field.name === name)?.properties ?? new Map<string, unknown>();
    const isGauge = JSON.stringify(properties.get('custom.cellOptions') ?? '').includes('gauge');
    const own = properties.get('custom.width') ?? properties.get('custom.minWidth');
    if (!isGauge && typeof own !== 'number') problems.push(`column ${name} has no width`);
    width += typeof own === 'number' ? own : GAUGE_WIDTH;
    if (!label.startsWith('Value')) names += Number(own);
    if (NAMES.includes(label) && Number(own) < NAME_WIDTH) problems.push(`column ${name} is too narrow for names`);
    const sorted = (panel.options?.sortBy ?? []).some((each: { displayName: string }) => each.displayName === name);
    const head = displayWidth(name) * HEAD_CHARACTER + HEAD + (sorted ? ARROW : 0);
    if (panel.options?.showHeader !== false && typeof own === 'number' && head > own)
      problems.push(`column ${name}: its name needs ${Math.ceil(head)} of ${own} pixels`);
    const [least] = (properties.get('thresholds') as { steps: { color: string }[] } | undefined)?.steps ?? [];
    if (isGauge && least !== undefined && least.color !== 'transparent')
      problems.push(`column ${name}: a bar of nothing ends in a mark`);
    if (isGauge && properties.get('fieldMinMax') !== true)
      problems.push(`column ${name}: bars by the most of all columns`);
    if (!/^.$/.test(String(properties.get('noValue') ?? '')))
      problems.push(`column ${name}: a sentence in each cell without a value`);
    const unit = String(properties.get('unit') ?? '');
    if (ROUNDED.test(unit) && properties.get('decimals') === undefined) problems.push(`column ${name}: no decimals`);
    if (SCALED.test(unit)) problems.push(`column ${name}: figures of different units`);
  }
  if (names > PHONE - FRAME) problems.push(`what its rows say needs ${names} of ${PHONE - FRAME} pixels on a phone`);
  if (width > contentWidth(panel))
    problems.push(`its columns need ${width} of ${Math.floor(contentWidth(panel))} pixels`);
  return problems;
}
