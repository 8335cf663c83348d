import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { createExactSums } from '../auditor/usage/exact-sums.ts';
import { IN_FLIGHT } from '../auditor/usage/stored-series.ts';
import { KERNEL_BYTES, TRAFFIC_BYTES } from '../core/metric-contract.ts';
import { DIRECTIONS } from '../core/traffic.ts';
import type { Gateway } from '../gateway/service.ts';
import { groupPath } from '../gateway/store/store.ts';
import { createPrometheus, type Labels, labelsKey, PrometheusError, type Stores } from '../runtime/prometheus.ts';
import { read } from './compose.ts';
import { createTokenedGateway, pushTo } from './gateway-at-double.ts';
import { ensureLabelProxy, labelProxySpec } from './label-proxy.ts';
import { createRealParts, freePort, type RealParts } from './real-parts.ts';
import { startThanos, type Thanos } from './thanos.ts';

const PATIENT = { timeout: 90_000, interval: 500 };
const DEVICES = ['手机', '客厅 路由器', 'laptop', 'x%2Fy'];
const NODES = ['香港 01', '香港 01 | 2x', 'a\\b"c'];
const SELECTOR = { metric: TRAFFIC_BYTES };

let parts: RealParts;
let thanos: Thanos;
let gateway: Gateway;
let pushgateway: string;
/** What Prometheus itself says is the truth of a window: it scraped every sample that Thanos has. */
let prometheus: Stores;
let store: Stores;
let pumping = true;
let pump: Promise<void>;
/** What every series was last pushed with. */
const pushed = new Map<string, number>();
let begun: number;

beforeAll(async () => {
  parts = await createRealParts();
  thanos = await startThanos(parts);
  pushgateway = await parts.startPushgateway();
  const scrape = {
    job_name: 'pushgateway',
    honor_labels: true,
    static_configs: [{ targets: [pushgateway.replace('http://', '')] }],
  };
  const config = {
    global: { scrape_interval: '1s' },
    remote_write: [{ url: thanos.writeTo, queue_config: { batch_send_deadline: '500ms', max_backoff: '1s' } }],
    scrape_configs: [scrape],
  };
  const origin = await parts.startPrometheus(JSON.stringify(config));
  prometheus = createPrometheus({ addresses: () => [origin] });
  store = createPrometheus({ addresses: () => thanos.queries });
  gateway = createTokenedGateway({ pushgateway }, { dataFolder: parts.folder });
  const { pushes } = await gateway.start();
  begun = Date.now() - 1000;
  pump = pushOn(pushes);
}, 300_000);
afterAll(async () => {
  pumping = false;
  await pump;
  await gateway.stop();
  await parts.close();
}, 60_000);

/** Devices that count on through the gateway, and one whose counters fall, which a gateway would refuse. */
async function pushOn(origin: string): Promise<void> {
  for (let sequence = 1; pumping; sequence += 1) {
    for (const [index, device] of DEVICES.entries()) {
      const lines = NODES.map((node, place) => {
        const key = `${device} ${node}`;
        const value = (pushed.get(key) ?? 0) + 1 + ((sequence * 7919 * (index + 1) * (place + 3)) % 1_000_003);
        pushed.set(key, value);
        return lineOf(node, value);
      });
      await pushTo(origin, device, sequence, bodyOf(sequence, lines), index === 0 ? 'two' : 'one');
    }
    // At each value for more than half of the shortest interval of scrapes, as a counter that a scrape can see.
    const fallen = bodyOf(sequence, [lineOf('falls', Math.floor(sequence / 10) % 2 === 0 ? 4000 : 1000)]);
    await fetch(pushgateway + groupPath({ user: 'alice', deviceId: 'restarts' }), { method: 'PUT', body: fallen });
    await sleep(300);
  }
}
/** With the kernel's totals, as every device has them: they tell how far a store is. */
const bodyOf = (sequence: number, lines: readonly string[]): string => {
  const totals = DIRECTIONS.map((direction) => `${KERNEL_BYTES}{direction="${direction}"} ${sequence}\n`);
  return `# TYPE ${TRAFFIC_BYTES} counter\n${lines.join('')}# TYPE ${KERNEL_BYTES} counter\n${totals.join('')}`;
};
const lineOf = (node: string, value: number): string =>
  `${TRAFFIC_BYTES}{class="proxy",node=${JSON.stringify(node)},provider="",direction="download",accounting="measured"} ${value}\n`;

/** The sums of a window by series, or why they are not known. `ahead` is how far its end is in the past. */
async function sumsOf(from: Stores, window: readonly [number, number], ahead = 0): Promise<unknown> {
  try {
    const sums = await createExactSums(from, () => Date.now() + ahead).between(SELECTOR, ...window);
    // Receivers add whose it is; all of it is one tenant's here.
    const keyOf = ({ tenant_id: _, ...labels }: Labels): string => labelsKey(labels);
    return Object.fromEntries(sums.map(({ labels, bytes }) => [keyOf(labels), bytes]).sort());
  } catch (error) {
    if (error instanceof PrometheusError) return error.reason.code;
    throw error;
  }
}
/** Looks until the window is known, as a report does; whatever was known must be the truth. */
async function seenExact(window: readonly [number, number]): Promise<void> {
  await vi.waitFor(async () => {
    const known = await sumsOf(store, window, IN_FLIGHT);
    expect(known).toEqual(expect.any(Object));
    const truth = await sumsOf(prometheus, window, IN_FLIGHT);
    // A difference would not go away: it is told at once.
    if (JSON.stringify(known) !== JSON.stringify(truth))
      throw new Error(`${JSON.stringify(known)}\n${JSON.stringify(truth)}`);
  }, PATIENT);
}
/** What Grafana is answered, which adds the parameters of its data source to the address. */
async function panel(origin: string, end: number): Promise<{ status: string; warnings?: string[] }> {
  const { jsonData } = parse(read('grafana/provisioning/datasources/prometheus.yml')).datasources[0];
  const range = { start: String(begun / 1000), end: String(end / 1000), step: '5' };
  const body = new URLSearchParams({ query: `sum(${TRAFFIC_BYTES})`, ...range });
  const path = `/api/v1/query_range?${jsonData.customQueryParameters}`;
  const answer = await fetch(origin + path, { method: 'POST', body });
  return (await answer.json()) as { status: string; warnings?: string[] };
}
/** A window of some seconds that ends now. */
async function pass(seconds: number): Promise<readonly [number, number]> {
  const from = Date.now();
  await sleep(seconds * 1000);
  return [from, Date.now()];
}

/** Every window that was cut; all of them are looked at again at the end. */
const windows: (readonly [number, number])[] = [];
async function cutAndCompare(seconds: number): Promise<void> {
  const last = windows.at(-1)?.[1] ?? begun;
  await sleep(seconds * 1000);
  const window = [last, Date.now()] as const;
  windows.push(window);
  await seenExact(window);
}

describe('three receivers that keep every series three times', { timeout: 300_000 }, () => {
  it('give the sums that Prometheus gives', async () => {
    await cutAndCompare(6);
    await cutAndCompare(4);
  });

  it('blend no two series of one device where copies are put together', async () => {
    const [query] = thanos.queries;
    await vi.waitFor(async () => {
      const series = await createPrometheus({ addresses: () => [query ?? ''] }).instant(TRAFFIC_BYTES);
      expect(series).toHaveLength(DEVICES.length * NODES.length + 1);
      expect(new Set(series.map(({ labels }) => labelsKey(labels))).size).toBe(series.length);
      expect(series.filter(({ labels }) => 'replica' in labels)).toEqual([]);
    }, PATIENT);
  });

  it('go on without one, and with it again', async () => {
    await thanos.kill('thanos-receive-2');
    await cutAndCompare(1);
    await cutAndCompare(6);
    await thanos.revive('thanos-receive-2');
    await cutAndCompare(1);
    await cutAndCompare(5);
  });

  it('go on while one is stopped in order, and with it again', async () => {
    await thanos.stop('thanos-receive-1');
    await cutAndCompare(4);
    await thanos.revive('thanos-receive-1');
    await cutAndCompare(4);
    // The one that was stopped is needed for what it wrote as it ended.
    await thanos.kill('thanos-receive-2');
    await cutAndCompare(1);
    await thanos.revive('thanos-receive-2');
    await cutAndCompare(1);
  });

  it('go on without one that comes back with an empty disk', async () => {
    await thanos.kill('thanos-receive-3');
    await cutAndCompare(5);
    await thanos.revive('thanos-receive-3', 'lost');
    await cutAndCompare(1);
    await cutAndCompare(5);
  });

  it('tell no sum and no panel anything while two are gone, and the right one afterwards', async () => {
    const before = Date.now();
    await thanos.kill('thanos-receive-1', 'thanos-receive-2');
    const window = await pass(5);
    for (let look = 0; look < 5; look += 1) {
      expect(await sumsOf(store, [before, window[1]])).toMatch(/^prometheus_(?:refused|partial|unreachable|behind)$/);
      await sleep(500);
    }
    expect(await panel(thanos.front, window[1])).toMatchObject({ status: 'error' });
    // What it keeps from panels: figures that are too small, with a remark.
    expect(await panel(thanos.queries[0] ?? '', window[1])).toMatchObject({
      status: 'success',
      warnings: expect.any(Array),
    });
    await Promise.all([thanos.revive('thanos-receive-1'), thanos.revive('thanos-receive-2')]);
    await cutAndCompare(1);
    await cutAndCompare(3);
  });

  it('show panels nothing but all of it', async () => {
    await thanos.kill('thanos-receive-3');
    expect(await panel(thanos.front, Date.now())).toMatchObject({ status: 'error' });
    await thanos.revive('thanos-receive-3');
    await vi.waitFor(async () => {
      const answer = await panel(thanos.front, Date.now());
      expect(answer).toMatchObject({ status: 'success' });
      expect(answer).not.toHaveProperty('warnings');
    }, PATIENT);
  });

  it('tell no sum while the queries restart, and the right one afterwards', async () => {
    await thanos.restartQueries();
    await cutAndCompare(3);
  });

  it('close no window over samples that are still to come, and have them once they came', async () => {
    await thanos.kill('thanos-router');
    const [from] = windows.at(-1) ?? [begun, begun];
    const window = [from, (await pass(8))[1]] as const;
    expect(await sumsOf(store, window, IN_FLIGHT)).toBe('prometheus_behind');
    await thanos.revive('thanos-router');
    await seenExact(window);
    await cutAndCompare(2);
  });

  it('give for every window that was cut what it was, and all bytes together', async () => {
    for (const window of windows)
      expect(await sumsOf(store, window, IN_FLIGHT)).toEqual(await sumsOf(prometheus, window, IN_FLIGHT));
    pumping = false;
    await pump;
    await sleep(3000);
    const sums = await createExactSums(store, Date.now).between(SELECTOR, begun, Date.now());
    const known = new Map(sums.map(({ labels: { instance, node }, bytes }) => [`${instance} ${node}`, bytes]));
    for (const [series, bytes] of pushed) expect([series, known.get(series)]).toEqual([series, bytes]);
  });

  it('keep users apart behind prom-label-proxy', async () => {
    const program = await ensureLabelProxy();
    if ('missing' in program) throw new Error(program.missing);
    const port = await freePort();
    await parts.start(labelProxySpec(program.path, port, thanos.front, `${parts.folder}/label-proxy.log`));
    const asked = await fetch(`http://127.0.0.1:${port}/api/v1/query?query=count%20by%20(user)%20(${TRAFFIC_BYTES})`, {
      headers: { 'X-FlowCollect-User': 'alice' },
    });
    const { data } = (await asked.json()) as { data: { result: { metric: object; value: [number, string] }[] } };
    expect(data.result.map(({ metric, value }) => [metric, value[1]])).toEqual([[{ user: 'alice' }, '4']]);
  });
});
