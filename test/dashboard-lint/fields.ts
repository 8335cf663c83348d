import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { KEYS, PARTS, REASONS, RESULTS } from '../../grafana/own-words.ts';
import { CLASS_WORDS } from '../../grafana/palette.ts';
import type { Series } from '../panel-answers.ts';
import { targetsOf } from './dashboard.ts';

/** Words of the project in labels, which people read in the language of the dashboard. */
const OWN = new Set([KEYS, PARTS, RESULTS, REASONS, CLASS_WORDS].flatMap((words) => Object.keys(words)));

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
  const listed = [...answers].filter(([refId]) => !hidden.includes(refId)).flatMap(([, series]) => series);
  const isGraph = panel.type === 'timeseries';
  if (isGraph && listed.length > LISTED) problems.push(`its legend lists ${listed.length} series`);
  return problems;
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
  for (const { refId = '', legendFormat = '', format, expr } of targets) {
    // What a query answers where it has no answer.
    for (const [, label, name = ''] of expr.matchAll(/label_replace\(vector\(0\), "(\w+)", "([^"]+)"/g))
      names.add(legendFormat.replace(`{{${label}}}`, name));
    for (const { labels } of answers.get(refId) ?? []) {
      if (matrix !== undefined) names.add(labels[matrix.columnField] ?? '');
      else if (format === 'table')
        for (const field of [...Object.keys(labels), targets.length === 1 ? 'Value' : `Value #${refId}`])
          names.add(renamed[field] ?? field);
      else names.add(legendFormat.replaceAll(/\{\{(\w+)\}\}/g, (_, label: string) => labels[label] ?? ''));
    }
  }
  if (matrix !== undefined) names.add(`${matrix.rowField}\\${matrix.columnField}`);
  return names;
}
