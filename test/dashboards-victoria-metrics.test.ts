import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildDashboard } from '../grafana/dashboard.ts';
import { allDashboards } from '../grafana/dashboards.ts';
import { type DashboardSettings, DEFAULTS } from '../grafana/settings.ts';
import { type PanelQuery, panelQueries } from './dashboard-lint/panel-queries.ts';
import { countedTruth, END, openMetrics, STEP } from './dashboard-truth.ts';
import { ask, type Series } from './panel-answers.ts';
import { createRealParts, freePort, type RealParts } from './real-parts.ts';
import { importHistory, startVictoriaMetrics } from './victoria-metrics.ts';

const settings: DashboardSettings = { ...DEFAULTS, language: 'en', zone: 'Asia/Shanghai' };
const look = { at: END, offset: 8 * 3_600_000, scrape: STEP };
const queries = allDashboards(settings).flatMap((dashboard) => panelQueries(buildDashboard(dashboard, settings), look));

let parts: RealParts;
let prometheus: string;
let victoriaMetrics: string;

beforeAll(async () => {
  parts = await createRealParts();
  const [input, folder] = [join(parts.folder, 'history.txt'), join(parts.folder, 'prometheus', 'tsdb')];
  await mkdir(folder, { recursive: true });
  await pipeline(Readable.from(openMetrics(countedTruth(), settings)), createWriteStream(input));
  const blocks = ['tsdb', 'create-blocks-from', 'openmetrics', '--quiet', '--max-block-duration=96h', input, folder];
  await promisify(execFile)(parts.binaries.promtool, blocks);
  prometheus = await parts.startPrometheus();
  const port = await freePort();
  await startVictoriaMetrics(parts, 'victoria-metrics', port);
  victoriaMetrics = `http://127.0.0.1:${port}`;
  await importHistory(victoriaMetrics, input);
}, 180_000);
afterAll(() => parts.close());

/** Points by label set, without the metric's name, which functions keep on one store and drop on the other. */
function byLabels(answer: readonly Series[]): Record<string, Series['points']> {
  return Object.fromEntries(
    answer.map(({ labels: { __name__: _, ...labels }, points }) => [
      JSON.stringify(Object.entries(labels).sort()),
      points,
    ]),
  );
}

const both = async (query: PanelQuery): Promise<Record<string, Series['points']>[]> =>
  Promise.all([prometheus, victoriaMetrics].map(async (origin) => byLabels(await ask(origin, query))));
const nameOf = ({ dashboard, panel, refId }: PanelQuery): string => `${dashboard} / ${panel} ${refId}`;

/** VictoriaMetrics takes the last sample before a range into a rate, and Prometheus extrapolates instead. */
const isRate = ({ expr }: PanelQuery): boolean => expr.includes('rate(');
const sums = queries.filter((query) => !isRate(query));
const rates = queries.filter(isRate);

it('sees the dashboards', () => {
  expect(sums.length).toBeGreaterThan(100);
  expect(rates.length).toBeGreaterThan(5);
});

it.each(sums.map((query) => [nameOf(query), query] as const))('shows the same, to the byte: %s', async (_, query) => {
  const [expected, shown] = await both(query);
  expect(shown).toEqual(expected);
});

it.each(rates.map((query) => [nameOf(query), query] as const))(
  'shows a rate of the same series: %s',
  async (_, query) => {
    const [expected = {}, shown = {}] = await both(query);
    expect(Object.keys(shown).sort()).toEqual(Object.keys(expected).sort());
  },
);
