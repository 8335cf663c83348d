import type { AnnotationQuery, Dashboard, Panel, VariableModel } from '@grafana/grafana-foundation-sdk/dashboard';
import type { Dataquery } from '@grafana/grafana-foundation-sdk/prometheus';
import { DATASOURCE } from '../../grafana/builders/panel.ts';
import { GRID_COLUMNS } from '../../grafana/dashboard.ts';
import { DASHBOARD_UIDS } from '../../grafana/links.ts';
import { looksProblems } from './looks.ts';
import { promqlProblems } from './promql.ts';
import { schemaV2Problems } from './schema-v2.ts';

/** Panels that are coloured by thresholds, where Grafana's own turn red at 80. */
const THRESHOLD_PANELS = ['stat', 'gauge', 'bargauge', 'table', 'barchart'];
const FOLDER_SLUG = 'flowcollect';

export function panelsOf(dashboard: Dashboard): Panel[] {
  return (dashboard.panels ?? []).filter((panel): panel is Panel => panel.type !== 'row');
}

export function targetsOf(panel: Panel): Dataquery[] {
  return (panel.targets ?? []) as Dataquery[];
}

/** What is wrong with a dashboard, beyond what the types say; each problem names the panel. */
export function dashboardProblems(dashboard: Dashboard): string[] {
  const panels = panelsOf(dashboard);
  const problems: string[] = [];
  if (dashboard.editable !== false) problems.push('is editable');
  if (slug(dashboard.title ?? '') === FOLDER_SLUG) problems.push('its title is the slug of its folder');
  if ((dashboard.uid ?? '').length > 40 || dashboard.uid === undefined)
    problems.push('has no uid of at most 40 characters');
  if (new Set(panels.map(({ id }) => id)).size !== panels.length) problems.push('panel ids repeat');
  if (panels.some(({ id }) => !id)) problems.push('a panel has no id');
  if (new Set(panels.map(({ title }) => title)).size !== panels.length) problems.push('panel titles repeat');
  problems.push(...gridProblems(panels));
  for (const variable of dashboard.templating.list ?? []) problems.push(...variableProblems(variable));
  for (const annotation of dashboard.annotations.list ?? []) {
    const { name, enable, placement } = annotation;
    if (enable || placement !== 'inControlsMenu') problems.push(`annotation ${name} is on, or in the bar`);
    problems.push(...promqlProblems(annotationExpr(annotation), false).map((each) => `annotation ${name}: ${each}`));
  }
  problems.push(...schemaV2Problems(dashboard, panels));
  for (const panel of panels) {
    const found = [...panelProblems(panel), ...looksProblems(panel)];
    // A reader's data source answers for one user alone.
    if (dashboard.uid !== DASHBOARD_UIDS.admin && targetsOf(panel).some(({ expr }) => isOfServer(expr))) {
      found.push('asks for what readers do not see');
    }
    problems.push(...found.map((each) => `${panel.title}: ${each}`));
  }
  return problems;
}

/** Whether a query has a selector that no user narrows. */
function isOfServer(expr: string): boolean {
  return [...expr.matchAll(/(?<!\$)\{([^}]*)\}/g), ...expr.matchAll(/\b(up)\b/g)].some(
    ([, matchers = '']) => !matchers.includes('user=~"$user"'),
  );
}

function panelProblems(panel: Panel): string[] {
  const problems: string[] = [];
  const { defaults } = panel.fieldConfig ?? {};
  if (!panel.title) problems.push('no title');
  if (!panel.description) problems.push('no description');
  if (!defaults?.unit) problems.push('no unit');
  if (/^dec/.test(defaults?.unit ?? '')) problems.push('a decimal unit for bytes counted in 1024s');
  if (panel.datasource?.uid !== DATASOURCE.uid) problems.push('does not use the data source variable');
  const targets = targetsOf(panel);
  if (targets.length === 0) problems.push('no queries');
  if (new Set(targets.map(({ refId }) => refId)).size !== targets.length) problems.push('refIds repeat');
  for (const { refId, expr, instant, range } of targets) {
    if (refId === undefined || refId === '') problems.push('a query without refId');
    if (instant === range) problems.push(`${refId}: neither instant nor over the range`);
    problems.push(...promqlProblems(expr, instant === true).map((each) => `${refId}: ${each}`));
  }
  if (THRESHOLD_PANELS.includes(panel.type) && (defaults?.thresholds?.steps.length ?? 0) === 0) {
    problems.push('no thresholds of its own');
  }
  if (['stat', 'gauge', 'bargauge'].includes(panel.type) && (panel.options?.reduceOptions?.calcs ?? []).length === 0) {
    problems.push('no reducer');
  }
  if (panel.type === 'timeseries') {
    const { legend } = panel.options ?? {};
    if (legend?.showLegend !== true) problems.push('no legend');
  }
  if (panel.type === 'heatmap' && targets.some(({ format }) => format !== 'time_series')) {
    problems.push('rows that Grafana would take for cumulative buckets');
  }
  return problems;
}

function variableProblems(variable: VariableModel): string[] {
  const problems: string[] = [];
  if (variable.label === undefined) problems.push('no label');
  if (variable.type === 'query') {
    if (variable.refresh !== 2) problems.push('is not read again when the time range changes');
    if (variable.multi !== true || variable.includeAll !== true || variable.allValue !== '.+')
      problems.push('does not offer all');
    if (variable.datasource?.uid !== DATASOURCE.uid) problems.push('does not use the data source variable');
  }
  if (variable.current === undefined) problems.push('has no current value: the first load would query nothing');
  return problems.map((each) => `variable ${variable.name}: ${each}`);
}

/** Panels lie within the grid, none over another, and no gap is left. */
function gridProblems(panels: readonly Panel[]): string[] {
  const cells = new Map<string, number>();
  for (const { gridPos: { x, y, w, h } = { x: 0, y: 0, w: 0, h: 0 } } of panels) {
    for (let row = y; row < y + h; row += 1) {
      for (let column = x; column < x + w; column += 1) {
        cells.set(`${column},${row}`, (cells.get(`${column},${row}`) ?? 0) + 1);
      }
    }
  }
  const height = Math.max(...panels.map(({ gridPos }) => (gridPos?.y ?? 0) + (gridPos?.h ?? 0)));
  const once = [...cells.values()].filter((count) => count === 1).length;
  return once === GRID_COLUMNS * height && cells.size === once ? [] : ['its panels do not fill the grid once'];
}

/** As Grafana compares titles: what is not ASCII is dropped. */
function slug(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
}

/** The query of an annotation; the SDK knows another kind of `target`. */
export function annotationExpr({ target }: AnnotationQuery): string {
  return (target as unknown as { expr: string }).expr;
}
