import { cp, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildDashboard } from '../grafana/dashboard.ts';
import { allDashboards } from '../grafana/dashboards.ts';
import { type DashboardSettings, DEFAULTS } from '../grafana/settings.ts';
import { type PanelQuery, panelQueries } from './dashboard-lint/panel-queries.ts';
import { countedTruth, END, openMetrics, STEP } from './dashboard-truth.ts';
import { ask, type Series } from './panel-answers.ts';
import { createRealParts, type RealParts } from './real-parts.ts';
import { startThanos } from './thanos.ts';

const settings: DashboardSettings = { ...DEFAULTS, language: 'en', zone: 'Asia/Shanghai' };
const look = { at: END, offset: 8 * 3_600_000, scrape: STEP };
const queries = allDashboards(settings).flatMap((dashboard) => panelQueries(buildDashboard(dashboard, settings), look));

let parts: RealParts;
let prometheus: string;
let query: string;

beforeAll(async () => {
  parts = await createRealParts();
  await parts.writeHistory(openMetrics(countedTruth(), settings), 96);
  const blocks = join(parts.folder, 'prometheus', 'tsdb');
  // What a receiver has of those that name no tenant.
  for (const receiver of [1, 2, 3]) {
    await cp(blocks, join(parts.folder, `thanos-receive-${receiver}`, 'default-tenant'), { recursive: true });
  }
  expect(await readdir(blocks)).not.toEqual([]);
  prometheus = await parts.startPrometheus();
  query = (await startThanos(parts)).front;
}, 300_000);
afterAll(() => parts.close(), 60_000);

const byLabels = (answer: readonly Series[]): Record<string, Series['points']> =>
  Object.fromEntries(
    answer.map(({ labels: { tenant_id: _, ...labels }, points }) => [
      JSON.stringify(Object.entries(labels).sort()),
      points,
    ]),
  );

const both = async (asked: PanelQuery): Promise<Record<string, Series['points']>[]> =>
  Promise.all([prometheus, query].map(async (origin) => byLabels(await ask(origin, asked))));
const named = (asked: PanelQuery) => [`${asked.dashboard} / ${asked.panel} ${asked.refId}`, asked] as const;
/** Thanos raises a counter that fell before a rate is taken, so that what lies across the fall is another figure. */
const isRate = ({ expr }: PanelQuery): boolean => expr.includes('rate(');

it.each(queries.filter((each) => !isRate(each)).map(named))('shows the same, to the byte: %s', async (_, asked) => {
  const [expected, shown] = await both(asked);
  expect(shown).toEqual(expected);
});

it.each(queries.filter(isRate).map(named))('shows a rate of the same series: %s', async (_, asked) => {
  const [expected = {}, shown = {}] = await both(asked);
  expect(Object.keys(shown).sort()).toEqual(Object.keys(expected).sort());
});
