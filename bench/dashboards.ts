import { rm } from 'node:fs/promises';
import { z } from 'zod';
import { buildDashboard } from '../grafana/dashboard.ts';
import { allDashboards } from '../grafana/dashboards.ts';
import { type DashboardSettings, DEFAULTS } from '../grafana/settings.ts';
import { type PanelQuery, panelQueries } from '../test/dashboard-lint/panel-queries.ts';
import { createRealParts } from '../test/real-parts.ts';
import type { BenchContext } from './bench.ts';
import { END, history, STEP } from './dashboards/history.ts';
import type { Figure, Section } from './table.ts';

const NODES = 20;
/** Devices of three users; dashboards look at the first, the first two, or all. */
const USERS = { a: 5, b: 5, c: 10 };
const LOOKS = ['a', '(a|b)', '(a|b|c)'] as const;
const SETTINGS: DashboardSettings = { ...DEFAULTS, language: 'en' };
const AHEAD = 8 * 3_600_000;
/** One sample, found by all of its labels. */
const LOOK_UP = 'flowcollect_kernel_up{job="flowcollect",user="a",instance="a0"}';

/** What each panel asks of a Prometheus that holds a month of five devices, and of ten and twenty. */
export async function* dashboards({ quick }: BenchContext): AsyncGenerator<Section> {
  const days = quick ? 3 : 30;
  const parts = await createRealParts();
  try {
    await rm(await parts.writeHistory(history({ days, nodes: NODES, users: USERS }), 768));
    const prometheus = await parts.startPrometheus();
    for (const dashboard of allDashboards(SETTINGS)) {
      const looks = LOOKS.map((user) =>
        panelQueries(buildDashboard(dashboard, SETTINGS), {
          at: END,
          offset: AHEAD,
          scrape: STEP,
          chosen: new Map([['user', user]]),
        }),
      );
      yield await measure(prometheus, dashboard.title.en, looks, { days, rounds: quick ? 2 : 5 });
    }
  } finally {
    await parts.close();
  }
}

async function measure(
  prometheus: string,
  title: string,
  looks: readonly (readonly PanelQuery[])[],
  { days, rounds }: { readonly days: number; readonly rounds: number },
): Promise<Section> {
  const lookUp: PanelQuery = { ...(looks[0]?.[0] as PanelQuery), expr: LOOK_UP, instant: true };
  const panels = [...new Set(looks[0]?.map(({ panel }) => panel))];
  const costs = new Map<string, Cost[]>(panels.map((panel) => [panel, []]));
  // A round asks everything once, so that a burden on the machine falls on all alike; the best of all rounds counts.
  const bare: Cost = { milliseconds: Number.POSITIVE_INFINITY, samples: 0 };
  for (let round = 0; round < rounds; round += 1) {
    for (let time = 0; time < 20; time += 1) keepLeast(bare, await ask(prometheus, lookUp));
    for (const [index, queries] of looks.entries()) {
      for (const panel of panels) {
        const cost = { milliseconds: 0, samples: 0 };
        for (const query of queries.filter((each) => each.panel === panel)) {
          const { milliseconds, samples } = await ask(prometheus, query);
          cost.milliseconds += milliseconds;
          cost.samples += samples;
        }
        const kept = costs.get(panel) ?? [];
        kept[index] ??= { milliseconds: Number.POSITIVE_INFINITY, samples: 0 };
        keepLeast(kept[index], cost);
      }
    }
  }
  const ratio = (cost: Cost | undefined): Figure => ({
    value: (cost?.milliseconds ?? Number.NaN) / bare.milliseconds,
    unit: '×',
    digits: 1,
  });
  return {
    title: `${title}: ${Object.values(USERS)[0]} to ${Object.values(USERS).reduce((sum, each) => sum + each)} devices × ${NODES} nodes, ${days} days`,
    method: `All queries of a panel, as Grafana asks them, over samples every five minutes in a real Prometheus: time as a ratio to a bare look-up in the same run (${bare.milliseconds.toFixed(2)} ms), best of ${rounds}; samples that Prometheus loads for it.`,
    columns: ['panel', '5 devices', '10', '20', 'samples, 5 devices', '20 to 5 devices'],
    rows: panels.map((panel) => {
      const [five, ten, twenty] = costs.get(panel) ?? [];
      const growth = (twenty?.samples ?? Number.NaN) / Math.max(1, five?.samples ?? 0);
      return [
        panel,
        ratio(five),
        ratio(ten),
        ratio(twenty),
        String(five?.samples),
        { value: growth, unit: '×', digits: 2, atMost: 4 },
      ];
    }),
  };
}

interface Cost {
  milliseconds: number;
  samples: number;
}

function keepLeast(kept: Cost, found: Cost): void {
  kept.milliseconds = Math.min(kept.milliseconds, found.milliseconds);
  kept.samples = found.samples;
}

const answerSchema = z.object({
  status: z.literal('success'),
  data: z.object({ stats: z.object({ samples: z.object({ totalQueryableSamples: z.number() }) }) }),
});

/** @throws Error when Prometheus refuses the query */
async function ask(prometheus: string, { expr, instant, from, to, stepMs }: PanelQuery): Promise<Cost> {
  const times = instant
    ? { time: String(to / 1000) }
    : { start: String(from / 1000), end: String(to / 1000), step: String(stepMs / 1000) };
  const body = new URLSearchParams({ query: expr, stats: 'all', ...times });
  const started = performance.now();
  const response = await fetch(`${prometheus}/api/v1/${instant ? 'query' : 'query_range'}`, { method: 'POST', body });
  const text = await response.text();
  const milliseconds = performance.now() - started;
  if (!response.ok) throw new Error(`Prometheus refused a query: ${text}\n${expr}`);
  return { milliseconds, samples: answerSchema.parse(JSON.parse(text)).data.stats.samples.totalQueryableSamples };
}
