import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { readAuditorConfig } from '../auditor/config.ts';
import { readingOutcome } from '../auditor/verdict/reading.ts';
import { readExporterConfig } from '../exporter/config.ts';
import { hashToken } from '../gateway/access/authenticate.ts';
import { readGatewayConfig } from '../gateway/config.ts';
import type { Gateway } from '../gateway/service.ts';
import { readRenderSettings } from '../render/settings.ts';
import { readSettingsText } from '../runtime/settings-file.ts';
import { createTestAuditor } from './audited-world.ts';
import { readingAt } from './example-reports.ts';
import { createTokenedGateway } from './gateway-at-double.ts';
import type { PushgatewayDouble } from './pushgateway-double.ts';
import { downloads, pushTimes, scriptedPrometheus } from './scripted-prometheus.ts';

/** A folder for each version with files as that version wrote them, and `earlier` with settings alone. */
export const RELEASES = fileURLToPath(new URL('releases', import.meta.url));

/** Those with state, oldest first. */
export const VERSIONS = readdirSync(RELEASES).filter((name) => /^\d+\.\d+\.\d+$/.test(name));

/** What the files of a version stand for, by what that version itself said. */
export const Figures = z.object({
  /** Downloads counted of each device, of the kernel's total then. */
  devices: z.record(z.string(), z.object({ counted: z.number(), total: z.number() })),
  auditor: z.object({
    /** When the last report was made, epoch milliseconds; its day is `days`' last. */
    at: z.number(),
    days: z.array(z.string()),
    /** Used of the airport, at the last report. */
    used: z.number(),
    /** A mail that no mail server has taken. */
    waiting: z.string(),
  }),
  telegram: z.object({ chat: z.number(), code: z.string(), user: z.string(), at: z.number() }),
  pairing: z.object({
    code: z.string(),
    holds: z.object({ server: z.string(), token: z.string(), deviceId: z.string() }),
  }),
});
export type Figures = z.infer<typeof Figures>;

/** What the readers of settings make of the two files of a folder, as JSON, and the keys that they do not know. */
export async function readReleaseSettings(folder: string) {
  const [client = '', server = ''] = await Promise.all(
    ['ClientSetting.ini', 'ServerSetting.ini'].map((name) => readSettingsText(join(folder, name))),
  );
  const reads = {
    exporter: readExporterConfig('ClientSetting.ini', client),
    gateway: readGatewayConfig('ServerSetting.ini', server),
    auditor: readAuditorConfig('ServerSetting.ini', server, '/settings'),
    render: readRenderSettings('ServerSetting.ini', server),
  };
  const settings = Object.entries(reads).map(([reader, read]) => [reader, read.settings]);
  const notices = Object.values(reads).flatMap((read) => read.notices);
  return {
    settings: JSON.parse(JSON.stringify(Object.fromEntries(settings))) as object,
    unknown: notices.filter(({ problem }) => problem.en.includes('not a known')),
  };
}

/** A gateway over a data folder, with the token of {@link createDevice} in `./device.ts`. */
export function releaseGateway(dataFolder: string, pushgateway: PushgatewayDouble): Gateway {
  const tokens = () => [{ hash: hashToken('push token'), user: 'default' }];
  return createTokenedGateway({ pushgateway: pushgateway.origin }, { dataFolder, tokens });
}

const HOUR = 3_600_000;
const GIB = 2 ** 30;
/** Between reports of two days, in Shanghai. */
export const MORNING = Date.parse('2026-11-23T08:00:00+08:00');
export const FIRST_REPORT = Date.parse('2026-11-23T23:55:00+08:00');

/** Used of the airport at an instant: what the one device moves, a gigabyte an hour. */
export const usedAt = (at: number): number => Math.floor((at - MORNING) / HOUR + 100) * GIB;

/**
 * An auditor over a data folder, in a world of one airport and one device that agree.
 *
 * @param now epoch milliseconds
 * @param mailPort of a mail server on loopback
 */
export function releaseAuditor(dataFolder: string, now: () => number, mailPort: number) {
  return createTestAuditor(dataFolder, mailPort, {
    clock: { now, sleep: async () => {} },
    fetch: scriptedPrometheus([downloads('手机', '香港 01', 'proxy', usedAt), pushTimes('手机')]),
    airports: { read: async () => readingOutcome(readingAt(now(), usedAt(now()), { quota: 1000 * GIB })) },
  });
}
