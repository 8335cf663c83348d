import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { simpleParser } from 'mailparser';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { ReportModel } from '../auditor/report/model.ts';
import { formatBytes } from '../core/units.ts';
import { createPrometheus } from '../runtime/prometheus.ts';
import { ensureLabelProxy, labelProxySpec } from './label-proxy.ts';
import { freePort } from './real-parts.ts';
import { startThanos, type Thanos } from './thanos.ts';
import { createWholeSystem, type ExporterCounters, type WholeSystem } from './whole-system.ts';

const run = promisify(execFile);
const PATIENCE = { timeout: 120_000, interval: 500 };
const CHAT = 10;
const READERS = {
  'user.default': { ReaderToken: 'reader-of-default' },
  'user.bob': { Token: 'token-of-bob-0000', ReaderToken: 'reader-of-bob-000' },
};

let system: WholeSystem<Thanos>;
/** What the exporter says it counted, which is what everybody must say. */
let counters: ExporterCounters;
let total: number;

beforeAll(async () => {
  const program = await ensureLabelProxy();
  if ('missing' in program) throw new Error(program.missing);
  const port = await freePort();
  system = await createWholeSystem('mixed', 8, {
    async startStore(parts) {
      const thanos = await startThanos(parts);
      await parts.start(labelProxySpec(program.path, port, thanos.front, `${parts.folder}/label-proxy.log`));
      return thanos;
    },
    settings: {
      server: {
        LabelProxyAddr: `http://127.0.0.1:${port}`,
        ArchiveToken: 'archive-token-000',
        ReportCron: '* * * * *',
      },
      ...READERS,
    },
  });
  await system.startExporter();
  await vi.waitFor(async () => expect(await system.query('sum(push_time_seconds)')).toBeGreaterThan(0), PATIENCE);
  await system.play();
  await vi.waitFor(async () => {
    const { position, duration } = await system.position();
    expect(position).toBe(duration);
  }, PATIENCE);
  await vi.waitFor(async () => {
    counters = await system.exporterCounters();
    total = counters.kernel - counters.carry;
    expect(await system.query('sum(flowcollect_traffic_bytes_total)')).toBe(total);
  }, PATIENCE);
}, 300_000);
afterAll(() => system.close(), 60_000);

async function audit(): Promise<ReportModel['today']> {
  const { stdout } = await run(process.execPath, [
    system.bundle,
    ...['audit', '--now', '--json', '--config', system.serverSettings],
  ]);
  return (JSON.parse(stdout) as ReportModel).today;
}
const known = async (): Promise<number> => {
  const today = await audit();
  if (!today.known) throw new Error(JSON.stringify(today.reasons));
  return today.total;
};
/** Texts of the reports that came since. */
async function reportsAfter(count: number): Promise<readonly string[]> {
  const mails = await system.simulation.mailbox?.waitForMails(count + 1, 240_000);
  return Promise.all((mails ?? []).slice(count).map(async ({ raw }) => (await simpleParser(raw)).text ?? ''));
}
const mails = (): number => system.simulation.mailbox?.mails().length ?? 0;
async function say(text: string): Promise<string> {
  const telegram = system.simulation.telegram;
  const before = telegram?.sent.length ?? 0;
  telegram?.say(CHAT, text);
  return vi.waitFor(() => {
    const answer = telegram?.sent[before];
    if (answer === undefined) throw new Error('no answer yet');
    return answer.text;
  }, PATIENCE);
}

describe('an auditor that asks Thanos Query in place of Prometheus', { timeout: 600_000 }, () => {
  it('sums up to the byte what the exporter counted', async () => {
    expect(total).toBeGreaterThan(0);
    expect(await known()).toBe(total);
  });

  it('tells today’s sums as they run, which come back by way of Prometheus', async () => {
    await vi.waitFor(async () => {
      expect(await system.query('sum(flowcollect_today_bytes)')).toBe(total);
    }, PATIENCE);
  });

  it('answers in Telegram', async () => {
    const { stdout } = await run(process.execPath, [
      system.bundle,
      ...['telegram', 'code', '--config', system.serverSettings],
    ]);
    await say(`/start ${stdout.trim()}`);
    expect(await say('/today')).toContain(formatBytes(total));
  });

  it('mails a report, and keeps it in the archive', async () => {
    const [text] = await reportsAfter(mails());
    expect(text).toContain(formatBytes(total));
    const archive = async (path: string): Promise<string> =>
      (await fetch(system.auditor + path, { headers: { authorization: 'Bearer archive-token-000' } })).text();
    const [, report = ''] = /href="(\/reports\/report-[^"]+)"/.exec(await archive('/reports')) ?? [];
    expect(await archive(report)).toContain(formatBytes(total));
  });

  it('answers readers with what is theirs', async () => {
    const asked = async (user: string, token: string): Promise<unknown> => {
      const query = encodeURIComponent('sum(flowcollect_traffic_bytes_total)');
      const authorization = `Basic ${Buffer.from(`${user}:${token}`).toString('base64')}`;
      const answer = await fetch(`${system.readers}/api/v1/query?query=${query}`, { headers: { authorization } });
      const { data } = (await answer.json()) as { data: { result: { value: [number, string] }[] } };
      return data.result.map(({ value }) => Number(value[1]));
    };
    expect(await asked('default', READERS['user.default'].ReaderToken)).toEqual([total]);
    expect(await asked('bob', READERS['user.bob'].ReaderToken)).toEqual([]);
  });

  it('goes on without one receiver, says that it knows nothing without two, and has all of it again', async () => {
    await system.store.kill('thanos-receive-1');
    expect(await known()).toBe(total);
    await system.store.kill('thanos-receive-2');
    const today = await audit();
    expect(today.known ? [] : today.reasons.map(({ code }) => code)).toEqual([
      expect.stringMatching(/^prometheus_(?:refused|partial|unreachable|behind)$/),
    ]);
    await vi.waitFor(async () => {
      const [text] = await reportsAfter(mails());
      expect(text).not.toContain(formatBytes(total));
      expect(text).toContain('未知');
    }, PATIENCE);
    await system.store.revive('thanos-receive-1');
    await system.store.revive('thanos-receive-2');
    await vi.waitFor(async () => expect(await known()).toBe(total), PATIENCE);
    await vi.waitFor(async () => {
      const [text] = await reportsAfter(mails());
      expect(text).toContain(formatBytes(total));
    }, PATIENCE);
  });

  it('has the sums and alerts of the rules as Prometheus has them', async () => {
    const direct = createPrometheus({ addresses: () => [system.prometheus] });
    const asked = createPrometheus({ addresses: () => system.store.queries });
    await system.stopGateway();
    const firing = 'ALERTS{alertname="FlowCollectServiceDown",job="gateway",alertstate="firing"}';
    await vi.waitFor(async () => {
      expect(await direct.instant(firing)).toHaveLength(1);
      const at = Date.now() - 5000;
      for (const query of [
        'count by (alertname, alertstate) (ALERTS)',
        'sum by (__name__, instance) ({__name__=~"flowcollect:.+"})',
      ]) {
        const expected = await direct.instant(query, at);
        expect(expected).not.toEqual([]);
        const sorted = (samples: typeof expected): string[] => samples.map((each) => JSON.stringify(each)).sort();
        expect(sorted(await asked.instant(query, at))).toEqual(sorted(expected));
      }
      expect(await asked.instant(firing)).toHaveLength(1);
    }, PATIENCE);
  });
});
