import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AirportClient } from '../auditor/airport/fetch.ts';
import { parseUserinfo } from '../auditor/airport/subscription.ts';
import { type Auditor, type AuditorOptions, createAuditor } from '../auditor/audit/auditor.ts';
import { createAuditorMetrics } from '../auditor/audit/latest.ts';
import { type AuditorConfig, securityOf } from '../auditor/config.ts';
import { type AuditState, readAuditState } from '../auditor/state/audit-state.ts';
import { readingOutcome, reason } from '../auditor/verdict/reading.ts';
import { isLoopback } from '../core/addresses.ts';
import { createOrSetAside } from '../runtime/atomic-file.ts';
import { createDiskHealth } from '../runtime/health.ts';
import { createLogger } from '../runtime/logger.ts';
import { type Mailbox, startMailbox } from './mailbox.ts';
import { downloads, pushTimes, type ScriptedSeries, scriptedPrometheus } from './scripted-prometheus.ts';

export const HOUR = 3_600_000;
export const GB = 2 ** 30;
/** Some time after a day began, in Shanghai. */
export const MORNING = Date.parse('2026-11-23T08:00:00+08:00');
export const DAY_BEGAN = Date.parse('2026-11-22T23:55:00+08:00');
export const REPORT = Date.parse('2026-11-23T23:55:00+08:00');

/** A gigabyte an hour, from long before. */
export const hourlyBytes = (at: number): number => Math.floor(((at - MORNING + 100 * HOUR) / HOUR) * GB);

/** A `Subscription-Userinfo` of so many bytes. */
export const usedHeader = (bytes: number): string =>
  `upload=0; download=${bytes}; total=${1000 * GB}; expire=1890000000`;

/** An auditor's world: one phone, one airport, one mailbox, and a clock that stands still. Secrets hold `hunter2`. */
export interface AuditedWorld {
  now: number;
  /** What the airport answers; undefined for no header. */
  header: string | undefined;
  prometheusDown: boolean;
  /** Whether the store says that it answered in part. */
  prometheusPartial: boolean;
  /** Up to when the store has samples, where it is behind. */
  storedUntil: number | undefined;
  /** When the phone pushed last, where it does no more. */
  silentSince: number | undefined;
  readonly folder: string;
  readonly mailbox: Mailbox;
  /** Of the log. */
  readonly lines: string[];
  /** As after a start. */
  open(metrics?: ReturnType<typeof createAuditorMetrics>): Promise<Auditor>;
  state(): Promise<AuditState>;
  /** When the open window of the airport began. */
  anchorAt(): Promise<number | undefined>;
  /** The mails in the outbox. */
  waiting(): Promise<string[]>;
  close(): Promise<void>;
}

/**
 * An auditor over a data folder, of one airport and one person who gets its mails. It logs nothing unless it is told.
 *
 * @param mailPort of a mail server on loopback
 */
export function createTestAuditor(
  dataFolder: string,
  mailPort: number,
  options: Pick<AuditorOptions, 'clock' | 'fetch' | 'airports'> & Partial<AuditorOptions>,
): Auditor {
  const config: AuditorConfig = {
    user: 'default',
    subscriptions: [{ name: 'a.yaml', url: 'https://airport.example/hunter2' }],
    prometheus: ['http://127.0.0.1:9090'],
    isProxy: isLoopback,
    listen: { host: '127.0.0.1', port: 0 },
    dataFolder,
    day: { zone: 'Asia/Shanghai', dayEnds: '23:55' },
    reportCron: '55 23 * * *',
    language: 'zh',
    logLevel: 'info',
    links: {},
    short: [],
    thresholds: { bytes: 100 * 2 ** 20, ratio: 0.2 },
    mail: {
      host: '127.0.0.1',
      port: mailPort,
      security: securityOf('127.0.0.1', mailPort),
      user: 'me@qq.com',
      password: 'hunter2',
      to: ['you@qq.com'],
    },
  };
  return createAuditor({
    settings: { current: () => config },
    metrics: createAuditorMetrics(),
    disk: { watch: (write) => write() },
    signal: new AbortController().signal,
    logger: createLogger('auditor', 'silent'),
    ...options,
  });
}

/** It begins in the {@link MORNING}, with 50 GB used at the airport. */
export async function createAuditedWorld(): Promise<AuditedWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'flowcollect-auditor-'));
  const mailbox = await startMailbox();
  const airports: AirportClient = {
    read: async () =>
      world.header === undefined
        ? { known: false, at: world.now, reasons: [reason('header_missing')] }
        : readingOutcome({ at: world.now, ...parseUserinfo(world.header) }),
  };
  const disk = createDiskHealth(() => folder, '[server] DataDir');
  const world: AuditedWorld = {
    now: MORNING,
    header: usedHeader(50 * GB),
    prometheusDown: false,
    prometheusPartial: false,
    storedUntil: undefined,
    silentSince: undefined,
    folder,
    mailbox,
    lines: [],
    async open(metrics = createAuditorMetrics()) {
      const logger = createLogger('auditor', 'info', { write: (line) => world.lines.push(line) });
      const auditor = createTestAuditor(folder, mailbox.port, {
        clock: {
          now: () => world.now,
          async sleep(milliseconds) {
            world.now += milliseconds;
          },
        },
        fetch: (async (input, init) => {
          const answer = await scriptedPrometheus(devices, () => world.prometheusDown)(input, init);
          if (!world.prometheusPartial) return answer;
          return Response.json({ ...((await answer.json()) as object), isPartial: true });
        }) satisfies typeof fetch,
        airports,
        metrics,
        disk,
        orSetAside: createOrSetAside(() => world.now, disk, logger),
        logger,
      });
      await auditor.open();
      return auditor;
    },
    state: () => readAuditState(join(folder, 'state.json')),
    anchorAt: async () => (await world.state()).airports.get('a.yaml')?.anchor?.mark.at,
    waiting: async () =>
      (await readdir(join(folder, 'outbox')).catch(() => [])).filter((name) => name.endsWith('.json')),
    async close() {
      await mailbox.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
  const heardAt = (at: number): number => Math.min(at, world.silentSince ?? at);
  const scraped: ScriptedSeries[] = [
    downloads('手机', '香港 01 | 2x', 'proxy', (at) => hourlyBytes(heardAt(at))),
    downloads('手机', 'DIRECT', 'direct', (at) => 2 * hourlyBytes(heardAt(at))),
    pushTimes('手机', heardAt),
    { metric: 'up', labels: { job: 'pushgateway', instance: 'pushgateway:9091' }, valueAt: () => 1 },
  ];
  const devices = scraped.map((series) => ({
    ...series,
    valueAt: (at: number) => (at > (world.storedUntil ?? at) ? undefined : series.valueAt(at)),
  }));
  return world;
}

/** The airport bills to the byte what the phone used by now at twice its bytes, and perhaps something besides. */
export function bill(world: AuditedWorld, beside = 0): void {
  world.header = usedHeader(50 * GB + 2 * (hourlyBytes(world.now) - hourlyBytes(MORNING)) + beside);
}

/** Nights that end with a report on a bill that fits, from the first {@link REPORT} on: a leak is told by what they show. */
export async function passNights(world: AuditedWorld, auditor: Auditor, nights: number): Promise<void> {
  await auditor.observe();
  for (let night = 0; night < nights; night += 1) {
    world.now = REPORT + night * 24 * HOUR;
    bill(world);
    await auditor.report();
  }
}
