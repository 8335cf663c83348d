import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parseExposition } from '../core/exposition-parser.ts';
import { MAX_SERIES } from '../core/metric-contract.ts';
import { domainOf } from '../exporter/host/node-domains.ts';
import { nodeNetwork } from '../exporter/host/node-network.ts';
import { type Catalog, EMPTY_CATALOG } from '../exporter/ledger/frame.ts';
import { createLedger, type Ledger } from '../exporter/ledger/ledger.ts';
import { MOST_FAMILY_COUNTERS } from '../exporter/ledger/series-budget.ts';
import { createHealthChecks } from '../exporter/ledger/side-counters.ts';
import { createGatewayClient } from '../exporter/push/gateway-client.ts';
import { newProcessCounters, renderMetrics } from '../exporter/push/metrics.ts';
import { hashToken } from '../gateway/access/authenticate.ts';
import { createGateway } from '../gateway/service.ts';
import { systemClock } from '../runtime/async.ts';
import { createLogger } from '../runtime/logger.ts';
import { connection, frame } from './example-frames.ts';
import { createPushgatewayDouble } from './pushgateway-double.ts';

/** What a gateway within the 128 MiB of docker-compose.yml takes, unpacked. */
const MOST_BYTES = 2 * 2 ** 20;
const TYPES = ['Direct', 'Reject', 'Shadowsocks'];
const catalog: Catalog = {
  ...EMPTY_CATALOG,
  typeOf: (node) => TYPES[Number(node.split(' ')[1]) % TYPES.length],
  providerOf: (node) => `airport ${Number(node.split(' ')[1]) % 40}`,
};

/** Thousands of names in every place where names are, in every class, and often enough to be named. */
function feedNames(ledger: Ledger, long: string): void {
  ledger.apply(frame(0, 0), catalog);
  const totals = { upload: 0, download: 0 };
  for (let round = 1; round <= 60; round += 1) {
    const connections = Array.from({ length: 600 }, (_, index) => {
      const name = `${(index + 600 * round) % 2000} "${long}`;
      const bytes = round + index;
      totals.upload += bytes;
      totals.download += bytes;
      const details = {
        chains: [`node ${index + 600 * round} ${long}`, `group ${name}`],
        provider: undefined,
        type: index % 7 === 0 ? 'Inner' : 'Socks5',
        process: index % 7 === 0 ? '' : `process ${name}`,
        rulePayload: `rule ${name}`,
        sourceIP: `source ${name}`,
        inboundUser: `user ${name}`,
        host: `www.${(index + 600 * round) % 2000}.test`,
      };
      return { ...connection(`${round} ${index}`, bytes, details), upload: bytes };
    });
    ledger.apply(frame(round * 1000, totals.download, connections, totals.upload), catalog);
  }
}

it.each([
  ['usual', ''],
  ['long', '很长的名字'.repeat(60)],
])(
  'no push is too large for the gateway, whatever the settings and how many names there are: %s ones',
  async (_, long) => {
    const ledger = createLedger({ localNodes: ['node 1'], domainOf, familyCap: MOST_FAMILY_COUNTERS });
    feedNames(ledger, long);
    const checks = createHealthChecks({ series: [], seen: [], newest: 0 });
    const nodes = Array.from({ length: 2000 }, (_, index) => `node ${index} ${long}`);
    checks.count(
      nodes.map((node) => ({ node, provider: catalog.providerOf(node), type: 'Shadowsocks', times: [1] })),
      [],
    );
    const moment = {
      counters: ledger.counters(),
      interfaces: [],
      checks: checks.series(),
      kernelUp: true,
      kernelVersion: 'v1.19.2',
      logsUp: true,
      reload: { successful: true, succeededAt: 0 },
    };
    const text = renderMetrics(moment, newProcessCounters(0));
    const series = parseExposition(text).reduce((sum, { samples }) => sum + samples.length, 0);
    expect(series).toBeLessThan(MAX_SERIES - 100);
    if (long === '') expect(series).toBeGreaterThan(MAX_SERIES / 2);
    expect(Buffer.byteLength(text)).toBeLessThan(MOST_BYTES);
    expect(checks.series().reduce((sum, each) => sum + each.checks, 0)).toBe(nodes.length);
    const counters = ledger.counters();
    const sum = (each: readonly { bytes: number }[]): number => each.reduce((total, { bytes }) => total + bytes, 0);
    for (const family of Object.values(counters.families)) expect(sum(family)).toBe(sum(counters.traffic));

    const pushgateway = await createPushgatewayDouble(() => Date.now());
    const address = { host: '127.0.0.1', port: 0, setting: 'none' };
    const gateway = createGateway({
      places: {
        dataDir: await mkdtemp(join(tmpdir(), 'flowcollect-gateway-')),
        prometheus: 'http://127.0.0.1:9',
        listen: address,
        metrics: address,
        pushgateway: pushgateway.origin,
      },
      clock: systemClock,
      logger: createLogger('gateway', 'silent'),
      tokens: () => [{ hash: hashToken('push token'), user: 'default' }],
      lastReload: () => ({ successful: true, succeededAt: 0 }),
    });
    const client = createGatewayClient(nodeNetwork);
    try {
      const { pushes: origin } = await gateway.start();
      const to = { origin: origin, token: 'push token', deviceId: 'a' };
      expect(await client.push(to, { stateId: 'one', sequence: 1, body: text })).toEqual({ kind: 'accepted' });
    } finally {
      await client.close();
      await gateway.stop();
      await pushgateway.close();
    }
  },
);
