import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LANGUAGES } from '../core/language.ts';
import { localDayAt } from '../core/local-day.ts';
import { TRAFFIC_CLASSES } from '../core/traffic.ts';
import { isOwnWord } from '../exporter/ledger/family.ts';
import { PUSH_RESULTS } from '../exporter/push/metrics.ts';
import { PROBLEM_CODES } from '../gateway/http/problem.ts';
import { buildDashboard } from '../grafana/dashboard.ts';
import { allDashboards } from '../grafana/dashboards.ts';
import { KEYS, REFUSALS, RESULTS } from '../grafana/own-words.ts';
import { standardOffsetSeconds } from '../grafana/promql/days.ts';
import { type DashboardSettings, DEFAULTS } from '../grafana/settings.ts';
import { panelsOf, targetsOf } from './dashboard-lint/dashboard.ts';
import { emptyProblems, fieldProblems } from './dashboard-lint/fields.ts';
import {
  annotationQueries,
  choices,
  type Look,
  type PanelQuery,
  panelQueries,
} from './dashboard-lint/panel-queries.ts';
import {
  AIRPORTS,
  type Counted,
  countedTruth,
  END,
  endOfDay,
  grown,
  LEAK_SEEN,
  openMetrics,
  QUOTA_RESET,
  RESTARTED,
  SCRAPE,
  START,
  STEP,
  windowBytes,
} from './dashboard-truth.ts';
import { ask, labelValues, type Series } from './panel-answers.ts';
import { createRealParts, prometheusVersions, type RealParts } from './real-parts.ts';

const HOUR = 3_600_000;
const counters = countedTruth();
/** Without a change of clocks in the span of the fixture; New York is on summer time in July. */
const ZONES = [
  { zone: 'Asia/Shanghai', aheadHours: 8 },
  { zone: 'America/New_York', aheadHours: -4 },
] as const;
const CASES = (await prometheusVersions()).flatMap(({ version, programs }, index) =>
  // One zone is enough to tell versions apart.
  ZONES.slice(0, index === 0 ? undefined : 1).map((zone) => ({ ...zone, version, programs })),
);

describe.each(CASES)('every query of every panel, in $zone on $version', ({ zone, aheadHours, programs }) => {
  let parts: RealParts;
  const settings: DashboardSettings = { ...DEFAULTS, language: 'en', zone };
  const look: Look = { at: END, offset: aheadHours * HOUR, scrape: STEP };
  const built = allDashboards(settings).map((dashboard) => buildDashboard(dashboard, settings));
  const queries = built.flatMap((dashboard) => panelQueries(dashboard, look));
  let prometheus: string;

  beforeAll(async () => {
    parts = await createRealParts(programs);
    const name = zone.replace('/', '-');
    const [input, folder] = [join(parts.folder, `${name}.txt`), join(parts.folder, name, 'tsdb')];
    await mkdir(folder, { recursive: true });
    await pipeline(Readable.from(openMetrics(counters, settings)), createWriteStream(input));
    await promisify(execFile)(parts.binaries.promtool, [
      'tsdb',
      'create-blocks-from',
      'openmetrics',
      '--quiet',
      // One pass over the input instead of one for every two hours.
      '--max-block-duration=96h',
      input,
      folder,
    ]);
    prometheus = await parts.startPrometheus(undefined, name);
  }, 180_000);
  afterAll(() => parts.close());

  const panel = async (dashboard: string, title: string, refId = 'A'): Promise<Series[]> =>
    ask(prometheus, find(queries, dashboard, title, refId));
  /** What a table says in GiB; a power of two takes nothing from a figure. */
  const bytes = (shown = Number.NaN): number => shown * 2 ** 30;
  const sum = async (dashboard: string, title: string, refId = 'A'): Promise<number> =>
    (await panel(dashboard, title, refId)).reduce((all, { points }) => all + (points.at(-1)?.[1] ?? 0), 0);

  it('answers, without an error and not empty', async () => {
    const empty: string[] = [];
    for (const query of queries) {
      const series = await ask(prometheus, query);
      if (series.length === 0) empty.push(`${query.dashboard} / ${query.panel} ${query.refId}: ${query.expr}`);
    }
    expect(empty).toEqual([]);
  }, 120_000);

  it('marks restarts of kernels, resets of quotas and leaks when they were', async () => {
    const marks = new Map<string, number[]>();
    for (const dashboard of allDashboards(settings)) {
      for (const query of annotationQueries(buildDashboard(dashboard, settings), { ...look, scrape: SCRAPE })) {
        const series = await ask(prometheus, query);
        marks.set(
          query.panel,
          series.flatMap((each) => each.points.map(([at]) => at)),
        );
      }
    }
    for (const [name, moment] of [
      ['Kernel restart', RESTARTED],
      ['Quota reset', QUOTA_RESET],
      ['Leak verdict', LEAK_SEEN],
    ] as const) {
      const found = marks.get(`annotation ${name}`) ?? [];
      expect(found.length, name).toBeGreaterThan(0);
      for (const at of found) expect(Math.abs(at - moment - 60_000), name).toBeLessThanOrEqual(60_000);
    }
  });

  it('offers choices', async () => {
    const dashboards = allDashboards(settings).map((dashboard) => buildDashboard(dashboard, settings));
    for (const { name, selector, label } of dashboards.flatMap((dashboard) => choices(dashboard, look))) {
      expect(await labelValues(prometheus, selector, label), `variable ${name}`).not.toEqual([]);
    }
  });

  it('shows today as the auditor sums it, by class and in all', async () => {
    const { start } = localDayAt(END, settings);
    expect(await sum('Overview', 'Today')).toBe(grown(counters, start, END));
    for (const [index, each] of TRAFFIC_CLASSES.entries()) {
      const refId = String.fromCharCode('B'.charCodeAt(0) + index);
      expect(await sum('Overview', 'Today', refId)).toBe(grown(only({ class: each }), start, END));
    }
    for (const { labels, points } of await panel('Overview', "Today's nodes")) {
      expect(bytes(points[0]?.[1])).toBe(grown(only({ node: labels.node ?? '' }), start, END));
    }
    expect(bytes(await sum('Overview', "Today's nodes"))).toBe(grown(counters, start, END));
  });

  it('cuts today by device and class to the same total', async () => {
    const { start } = localDayAt(END, settings);
    const cells = await panel('Overview', 'Today: device × class');
    for (const { labels, points } of cells) {
      const truth = counters.filter((each) => each.instance === labels.instance && each.class === labels.class);
      expect(points[0]?.[1]).toBe(grown(truth, start, END));
    }
    const moved = counters.filter((each) => grown([each], start, END) > 0);
    expect(cells.length).toBe(new Set(moved.map((each) => `${each.instance} ${each.class}`)).size);
  });

  it('sums a free range to the byte, by node and by every dimension', async () => {
    const day = END - 24 * HOUR;
    for (const { labels, points } of await panel('Nodes', 'Nodes', 'A')) {
      expect(bytes(points[0]?.[1])).toBe(grown(only({ node: labels.node ?? '' }), day, END));
    }
    expect(bytes(await sum('Nodes', 'Nodes', 'A'))).toBe(grown(counters, day, END));
    for (const title of ['Rules', 'Groups', 'Hosts', 'Apps', 'Sources', 'Inbound users']) {
      expect(bytes(await sum('Flows', title)), title).toBe(grown(counters, day, END));
    }
    expect((await sum('Devices', 'Kernel total')) + (await sum('Devices', 'Kernel total', 'B'))).toBe(
      grown(counters, day, END),
    );
  });

  it('shows the sums of 7 and 30 days that Prometheus recorded, by node', async () => {
    for (const [refId, days] of [
      ['E', 7],
      ['F', 30],
    ] as const) {
      expect(bytes(await sum('Nodes', 'Nodes', refId))).toBe(grown(counters, END - days * 24 * HOUR, END));
    }
  });

  it('forecasts what is left at the reset, and 0 where the quota does not last', async () => {
    const left = await panel('Overview', 'Burn-down (30 days)');
    const forecast = await panel('Audit', 'Left at reset, forecast');
    const last = (series: readonly Series[], airport: string): readonly [number, number] | undefined =>
      series.find(({ labels }) => labels.airport === airport)?.points.at(-1);
    const [at = 0, remaining = 0] = last(left, 'sub') ?? [];
    const daysToReset = (END - at) / (24 * HOUR) + 9;
    expect(last(forecast, 'sub')?.[1]).toBeCloseTo(remaining * (1 - daysToReset / 20), 0);
    expect(last(forecast, 'slow')?.[1]).toBe(0);
  });

  it('gives every bar of the days its day of account, and today up to now', async () => {
    const today = localDayAt(END, settings);
    const days = [3, 2, 1, 0].map((ago) => localDayAt(today.start + (12 - 24 * ago) * 3_600_000, settings));
    const bars = await panel('Nodes', 'Last 30 days');
    for (const day of days.filter(({ start }) => start >= START)) {
      const midnight = day.end - (23 * 60 + 55) * 60_000;
      for (const { labels, points } of bars) {
        const bar = points.find(([at]) => at === midnight)?.[1];
        expect(bar, `${day.date} ${labels.class}`).toBe(
          grown(only({ class: labels.class ?? '' }), endOfDay(day.start), endOfDay(Math.min(day.end, END))),
        );
      }
    }
    expect(bars.flatMap(({ points }) => points).reduce((all, [, value]) => all + value, 0)).toBe(
      grown(counters, 0, END),
    );
  });

  it('sets the bill of each day beside what was expected, and its excess against the line of a leak', async () => {
    const [billed, expected] = await Promise.all(
      ['A', 'B'].map((ref) => panel('Audit', 'Daily: billed and expected', ref)),
    );
    const share = await panel('Audit', 'Difference, of the leak line');
    const last = (series: readonly Series[] | undefined): number | undefined => series?.[0]?.points.at(-1)?.[1];
    expect(billed?.[0]?.points).toHaveLength(4);
    // The day that is over as its window stood half an hour after its end, today as it is now.
    const [closed] = billed?.[0]?.points.slice(-2) ?? [];
    const halfPast = localDayAt(END, settings).start + 30 * 60_000;
    expect(closed?.[1]).toBe(AIRPORTS.length * windowBytes(halfPast));
    expect(last(billed)).toBe(AIRPORTS.length * windowBytes(END));
    expect(last(expected)).toBe(AIRPORTS.length * 2_900_000_000);
    expect(share.map(({ labels }) => labels.airport)).toEqual(['new', 'slow', 'sub', 'free']);
    expect(last(share)).toBeCloseTo(100_000_000 / (2_900_000_000 * 0.2));
  });

  it('puts every hour of the days that are over into its row and column', async () => {
    const rows = await panel('Nodes', 'Hour × day');
    expect(rows.map(({ labels }) => labels.hour)).toEqual(
      Array.from({ length: 24 }, (_, hour) => String(hour).padStart(2, '0')),
    );
    const ahead = standardOffsetSeconds(settings) * 1000;
    const days = new Set<number>();
    for (const { labels, points } of rows) {
      for (const [midnight, bytes] of points) {
        const hours = Array.from({ length: 24 }, (_, each) => midnight - each * HOUR);
        const end = hours.find((at) => new Date(at - 1000 + ahead).getUTCHours() === Number(labels.hour)) ?? Number.NaN;
        expect(bytes, `${labels.hour} of ${new Date(midnight).toISOString()}`).toBe(grown(counters, end - HOUR, end));
        days.add(midnight);
      }
    }
    expect(days.size).toBe(3);
  });

  it('fills the cells of node and hour with what moved in them', async () => {
    const cells = (await panel('Nodes', 'Node × hour')).flatMap(({ points }) => points);
    const first = Math.min(...cells.map(([at]) => at));
    expect(cells.reduce((all, [, value]) => all + value, 0)).toBe(grown(counters, first - HOUR, END));
  });

  it('finds every byte of the kernel in the ledger, and hides what a silent device said last', async () => {
    const unaccounted = await panel('Collection health', 'Unaccounted');
    expect(Object.fromEntries(unaccounted.map(({ labels, points }) => [labels.instance, points[0]?.[1]]))).toEqual({
      手机: 0,
      'desk 1': 0,
      laptop: 0,
    });
    const connections = await panel('Overview', 'Devices', 'C');
    expect(connections.map(({ labels }) => labels.instance).sort()).toEqual(['desk 1', 'laptop', '手机']);
  });

  it('narrows to the device that was chosen', async () => {
    const [overview] = allDashboards(settings);
    if (overview === undefined) throw new Error('no dashboard');
    const chosen = panelQueries(buildDashboard(overview, settings), {
      ...look,
      chosen: new Map([['instance', '(手机)']]),
    });
    const [series] = await ask(prometheus, find(chosen, 'Overview', 'Today', 'A'));
    expect(series?.points[0]?.[1]).toBe(grown(only({ instance: '手机' }), localDayAt(END, settings).start, END));
  });

  it('says verdict and urgency of each airport in numbers that the panel turns into words', async () => {
    const numbers = async (refId: string): Promise<Record<string, number | undefined>> => {
      const series = await panel('Overview', 'Airports: safe, and how much is left', refId);
      return Object.fromEntries(series.map(({ labels, points }) => [labels.airport, points[0]?.[1]]));
    };
    expect(await numbers('A')).toEqual({ slow: 9, sub: 2, free: 9, new: 9 });
    expect(await numbers('C')).toEqual({ slow: 2, sub: 1 });
  });

  it('gives an airport one colour on all panels, where a series is coloured by its place', async () => {
    const places = new Map<string, Set<number>>();
    for (const dashboard of built) {
      for (const { title = '', type, targets = [], fieldConfig } of panelsOf(dashboard)) {
        const byPlace = type === 'timeseries' && fieldConfig?.defaults.color?.mode === 'palette-classic';
        if (!byPlace || (targets[0] as { legendFormat?: string }).legendFormat !== '{{airport}}') continue;
        for (const [place, { labels }] of (await panel(dashboard.title ?? '', title)).entries())
          places.set(labels.airport ?? '', (places.get(labels.airport ?? '') ?? new Set()).add(place));
      }
    }
    expect(Object.fromEntries([...places].map(([airport, all]) => [airport, [...all]]))).toEqual({
      new: [0],
      slow: [1],
      sub: [2],
      free: [3],
    });
  });

  it('has a field for every name that a panel sorts by or changes, and no more series than a legend holds', async () => {
    const wrong: string[] = [];
    for (const dashboard of built) {
      for (const shown of panelsOf(dashboard)) {
        const answers = await Promise.all(
          targetsOf(shown).map(
            async ({ refId = '' }) => [refId, await panel(dashboard.title ?? '', shown.title ?? '', refId)] as const,
          ),
        );
        wrong.push(
          ...fieldProblems(shown, new Map(answers)).map((each) => `${dashboard.title} / ${shown.title}: ${each}`),
        );
      }
    }
    expect(wrong).toEqual([]);
  }, 120_000);
});

describe('a Prometheus that has nothing', () => {
  let parts: RealParts;
  let prometheus: string;
  beforeAll(async () => {
    parts = await createRealParts();
    prometheus = await parts.startPrometheus();
  }, 60_000);
  afterAll(() => parts.close());

  it.each(LANGUAGES)(
    'has a sentence of every panel in its place (%s)',
    async (language) => {
      const silent: string[] = [];
      const settings = { ...DEFAULTS, language };
      for (const spec of allDashboards(settings)) {
        const dashboard = buildDashboard(spec, settings);
        const queries = panelQueries(dashboard, { at: END, offset: 8 * HOUR, scrape: STEP });
        for (const shown of panelsOf(dashboard)) {
          const own = queries.filter(({ panel }) => panel === shown.title);
          const answers = await Promise.all(
            own.map(async (query) => [query.refId, await ask(prometheus, query)] as const),
          );
          silent.push(
            ...emptyProblems(shown, new Map(answers)).map((each) => `${dashboard.title} / ${shown.title}: ${each}`),
          );
        }
      }
      expect(silent).toEqual([]);
    },
    60_000,
  );
});

describe('words of the project in labels', () => {
  it('are known to the dashboards, each of them', () => {
    expect(Object.keys(KEYS).filter((key) => !isOwnWord(key))).toEqual([]);
    expect(Object.keys(RESULTS)).toEqual(PUSH_RESULTS);
    expect(Object.keys(REFUSALS)).toEqual(PROBLEM_CODES);
  });
});

function only(wanted: Partial<Record<keyof Counted, string>>): Counted[] {
  return counters.filter((each) =>
    Object.entries(wanted).every(([key, value]) => each[key as keyof Counted] === value),
  );
}

function find(queries: readonly PanelQuery[], dashboard: string, panel: string, refId: string): PanelQuery {
  const query = queries.find((each) => each.dashboard === dashboard && each.panel === panel && each.refId === refId);
  if (query === undefined) throw new Error(`no query ${dashboard} / ${panel} ${refId}`);
  return query;
}
