import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import type { Series } from '../panel-answers.ts';
import { targetsOf } from './dashboard.ts';

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
  const problems = wanted.filter((name) => !names.has(name)).map((name) => `no field is called ${name}`);
  const unlisted = (fieldConfig?.overrides ?? []).filter(({ properties }) =>
    properties.some(({ id }) => id === 'custom.hideFrom'),
  );
  const hidden = unlisted.flatMap(({ matcher }) => (matcher.id === 'byFrameRefID' ? [String(matcher.options)] : []));
  const listed = [...answers].filter(([refId]) => !hidden.includes(refId)).flatMap(([, series]) => series);
  const isGraph = panel.type === 'timeseries';
  if (isGraph && listed.length > LISTED) problems.push(`its legend lists ${listed.length} series`);
  return problems;
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
