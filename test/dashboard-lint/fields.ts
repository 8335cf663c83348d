import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { KEYS, PARTS, REFUSALS, RESULTS } from '../../grafana/own-words.ts';
import { CLASS_WORDS } from '../../grafana/palette.ts';
import type { Series } from '../panel-answers.ts';
import { targetsOf } from './dashboard.ts';

/** Words of the project in labels, which people read in the language of the dashboard. */
const OWN = new Set([KEYS, PARTS, RESULTS, REFUSALS, CLASS_WORDS].flatMap((words) => Object.keys(words)));

/** Names that a legend below a plot holds in two or three lines. */
const LISTED = 12;

/**
 * What of a panel names no field of the frames that Grafana makes of its answers, and whether its legend is too long.
 *
 * @param answers the series of each target by its refId
 */
export function fieldProblems(panel: Panel, answers: ReadonlyMap<string, readonly Series[]>): string[] {
  const names = namesOf(panel, answers);
  const { fieldConfig, options } = panel;
  const wanted = [
    ...(fieldConfig?.overrides ?? [])
      .filter(({ matcher }) => matcher.id === 'byName')
      .map(({ matcher }) => String(matcher.options)),
    ...((options?.sortBy ?? []) as { displayName: string }[]).map(({ displayName }) => displayName),
    ...(options?.xField === undefined ? [] : [String(options.xField)]),
  ];
  const problems = wanted
    .filter((name) => !names.has(name) && !OWN.has(name))
    .map((name) => `no field is called ${name}`);
  // Devices, nodes and hosts are called what others have called them; these words are ours, in one language. A heatmap
  // takes no overrides of names.
  const ways = JSON.stringify((panel.type === 'heatmap' ? panel.transformations : fieldConfig?.overrides) ?? []);
  for (const word of [...names, ...cellsOf(panel, answers)].filter((each) => OWN.has(each))) {
    const isNamed = [`"options":"${word}"`, `"${word}":{"text"`, `"^${word}$"`].some((each) => ways.includes(each));
    if (!isNamed) problems.push(`${word} is shown as it stands in the label`);
  }
  const unlisted = (fieldConfig?.overrides ?? []).filter(({ properties }) =>
    properties.some(({ id }) => id === 'custom.hideFrom'),
  );
  const hidden = unlisted.flatMap(({ matcher }) => (matcher.id === 'byFrameRefID' ? [String(matcher.options)] : []));
  // A line that the legend does not list is known by a colour that it has by itself.
  for (const refId of hidden) {
    const own = new Set(
      (fieldConfig?.overrides ?? [])
        .filter(({ properties }) => properties.some(({ id }) => id === 'color'))
        .map(({ matcher }) => String(matcher.options)),
    );
    const unknown = own.has(refId) ? [] : seriesNames(panel, refId, answers).filter((name) => !own.has(name));
    if (unknown.length > 0) problems.push(`no legend tells whose line ${unknown.join(', ')} is`);
  }
  const listed = [...answers].filter(([refId]) => !hidden.includes(refId)).flatMap(([, series]) => series);
  const isGraph = panel.type === 'timeseries';
  if (isGraph && listed.length > LISTED) problems.push(`its legend lists ${listed.length} series`);
  return problems;
}

/** The names of the series of one target. */
function seriesNames(panel: Panel, refId: string, answers: ReadonlyMap<string, readonly Series[]>): string[] {
  const { legendFormat = '' } = targetsOf(panel).find((target) => target.refId === refId) ?? {};
  return (answers.get(refId) ?? []).map(({ labels }) =>
    legendFormat.replaceAll(/\{\{(\w+)\}\}/g, (_, label: string) => labels[label] ?? ''),
  );
}

/**
 * Why Grafana would not say a panel's sentence where there is nothing: it does where no frame is left, and a frame that a
 * query without series answers with stays for a timeline, a heatmap and a table of several queries.
 *
 * @param answers what a Prometheus that has nothing answered each target, by its refId
 */
export function emptyProblems(panel: Panel, answers: ReadonlyMap<string, readonly Series[]>): string[] {
  const { type, options } = panel;
  const answered = [...answers.values()].flat().length;
  // Figures that are 0 where there is nothing have their names beside them.
  if (type === 'stat' && answered > 0)
    return answered === targetsOf(panel).length && options?.textMode === 'value_and_name'
      ? []
      : ['some of its figures'];
  if (answered > 0) return ['a plot of nothing'];
  const dropping = { table: 'groupBy', 'state-timeline': 'filterFieldsByName', heatmap: 'filterFieldsByName' }[type];
  return dropping === undefined || (panel.transformations ?? []).some(({ id }) => id === dropping)
    ? []
    : ['an error of Grafana, or heads over nothing'];
}

/** What the columns of names of a table hold. */
function cellsOf(panel: Panel, answers: ReadonlyMap<string, readonly Series[]>): string[] {
  if (panel.type !== 'table') return [];
  return [...answers.values()].flat().flatMap(({ labels }) => Object.values(labels));
}

/** The fields of a panel's frames after its transformations. */
function namesOf(panel: Panel, answers: ReadonlyMap<string, readonly Series[]>): Set<string> {
  const targets = targetsOf(panel);
  const transformations = panel.transformations ?? [];
  const matrix = transformations.find(({ id }) => id === 'groupingToMatrix')?.options;
  const renamed: Record<string, string> =
    transformations.find(({ id }) => id === 'organize')?.options.renameByName ?? {};
  const names = new Set<string>(['Time']);
  for (const { refId = '', format } of targets) {
    for (const { labels } of answers.get(refId) ?? []) {
      if (matrix !== undefined) names.add(labels[matrix.columnField] ?? '');
      else if (format === 'table')
        for (const field of [
          ...Object.keys(labels),
          `${targets.length === 1 ? 'Value' : `Value #${refId}`} (lastNotNull)`,
        ])
          names.add(renamed[field] ?? field);
    }
    if (matrix === undefined && format !== 'table')
      for (const name of seriesNames(panel, refId, answers)) names.add(name);
  }
  if (matrix !== undefined) names.add(`${matrix.rowField}\\${matrix.columnField}`);
  return names;
}
