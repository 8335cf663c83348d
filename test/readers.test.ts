import { request } from 'node:http';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { pushPath, STATE_HEADER } from '../core/device-id.ts';
import { hashToken } from '../gateway/access/authenticate.ts';
import { createGateway, type Gateway } from '../gateway/service.ts';
import { systemClock } from '../runtime/async.ts';
import { createLogger } from '../runtime/logger.ts';
import { createPrometheus } from '../runtime/prometheus.ts';
import { labelProxySpec } from './label-proxy.ts';
import { labelProxyProgram } from './label-proxy-program.ts';
import { hostileQueries, hostileQuery, OTHER_ROUTES } from './reader-attacks.ts';
import { createRealParts, freePort, type RealParts } from './real-parts.ts';

/** What only the other user's series hold; no question names it. */
const SECRETS = ['Tokyo 77', 'kitchen-tablet'];
/** Of the other user: any sum that holds one of them is beyond all that the reader has. */
const HUGE = 4e14;
const OWN = 1_000_003;
const SERIES_OF_OTHER = 40;

const program = await labelProxyProgram();
if ('missing' in program) {
  // Seen in every run: a run without it must not pass for one with it.
  process.stderr.write(
    `\nDID NOT RUN against prom-label-proxy (${program.missing}): only the gateway alone was tried\n\n`,
  );
}

let parts: RealParts;
let gateway: Gateway;
let readers: string;
let behind: string;

const traffic = (node: string, value: number) =>
  `flowcollect_traffic_bytes_total{class="proxy",node="${node}",provider="",direction="download",accounting="measured"} ${value}\n`;

async function push(origin: string, token: string, device: string, body: string): Promise<void> {
  const response = await fetch(origin + pushPath(device), {
    method: 'PUT',
    body: `# TYPE flowcollect_traffic_bytes_total counter\n${body}`,
    headers: { authorization: `Bearer ${token}`, [STATE_HEADER]: 'state 1' },
  });
  expect(response.status, await response.text()).toBe(200);
}

interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly body?: string;
  readonly as?: string;
}

/** Not fetch, which would tidy the path. */
function ask(path: string, { method = 'GET', headers = {}, body, as = 'alice:read-a' }: Asked = {}) {
  return new Promise<{ status: number; text: string }>((resolve, reject) => {
    const authorization = `Basic ${Buffer.from(as).toString('base64')}`;
    const { port, hostname } = new URL(readers);
    const asked = request({ port, hostname, path, method, headers: { authorization, ...headers } }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
      );
    });
    asked.on('error', reject).end(body);
  });
}

const firstValue = async (query: string, as?: string): Promise<string | undefined> => {
  const { text } = await ask(`/api/v1/query?${new URLSearchParams({ query })}`, as === undefined ? {} : { as });
  return JSON.parse(text).data.result[0]?.value[1];
};

/** Fails where an answer holds a label, a sum or a count of the other user's series. */
function expectNothingOfOther(text: string, question: string): void {
  for (const secret of SECRETS) expect(text.includes(secret), `${question}: ${text.slice(0, 500)}`).toBe(false);
  for (const [, number] of text.matchAll(/"([-+]?[\d.]+(?:e[-+]?\d+)?)"/gi)) {
    expect(Math.abs(Number(number)), `${question}: ${text.slice(0, 500)}`).toBeLessThan(HUGE / 100);
  }
}

beforeAll(async () => {
  parts = await createRealParts();
  const pushgateway = await parts.startPushgateway();
  const target = new URL(pushgateway).host;
  const prometheus = await parts.startPrometheus(
    `global: {scrape_interval: 1s}\nscrape_configs:\n- job_name: p\n  honor_labels: true\n  static_configs: [{targets: ['${target}']}]\n`,
  );
  behind = prometheus;
  if ('path' in program) {
    const port = await freePort();
    await parts.start(labelProxySpec(program.path, port, prometheus, join(parts.folder, 'label-proxy.log')));
    behind = `http://127.0.0.1:${port}`;
  }
  const address = { host: '127.0.0.1', port: 0, setting: 'none' };
  gateway = createGateway({
    places: {
      dataDir: parts.folder,
      prometheus: 'http://127.0.0.1:9',
      listen: address,
      metrics: address,
      pushgateway,
      queries: { listen: address, labelProxy: behind },
    },
    clock: systemClock,
    logger: createLogger('test', 'silent'),
    tokens: () => [
      { hash: hashToken('push-a'), user: 'alice' },
      { hash: hashToken('push-b'), user: 'bob' },
    ],
    readers: () => [
      { hash: hashToken('read-a'), user: 'alice' },
      { hash: hashToken('read-b'), user: 'bob' },
    ],
    lastReload: () => ({ successful: true, succeededAt: 0 }),
  });
  const origins = await gateway.start();
  readers = origins.queries ?? '';
  await push(origins.pushes, 'push-a', 'phone', traffic('HK 1', OWN));
  const theirs = Array.from({ length: SERIES_OF_OTHER }, (_, index) => traffic(`Tokyo 77 ${index}`, HUGE + index));
  await push(origins.pushes, 'push-b', 'kitchen-tablet', theirs.join(''));
  await vi.waitFor(
    async () => {
      const query = 'count by (user) (flowcollect_traffic_bytes_total)';
      expect(await createPrometheus({ addresses: () => [prometheus] }).instant(query)).toHaveLength(2);
    },
    { timeout: 20_000, interval: 300 },
  );
}, 120_000);
afterAll(async () => {
  await gateway.stop();
  await parts.close();
});

it.each(OTHER_ROUTES)('no other route of Prometheus is there for readers: %s', async (path) => {
  for (const method of ['GET', 'POST', 'PUT', 'DELETE']) {
    const { status, text } = await ask(path, { method, headers: { 'X-FlowCollect-User': 'bob' } });
    expect(status).toBe(404);
    expectNothingOfOther(text, path);
  }
});

it('nobody reads with a token that pushes, and with none', async () => {
  for (const as of ['alice:push-a', 'bob:read-a', 'alice:read-b', ':', 'bob:'])
    expect((await ask('/api/v1/query?query=up', { as })).status, as).toBe(401);
});

describe.runIf('path' in program)('two users behind one Prometheus and the real prom-label-proxy', () => {
  it('see what is theirs: the tries below would show the other’s if they could', async () => {
    expect(await firstValue('sum(flowcollect_traffic_bytes_total)')).toBe(String(OWN));
    expect(await firstValue('count(flowcollect_traffic_bytes_total)')).toBe('1');
    expect(await firstValue('count(flowcollect_traffic_bytes_total)', 'bob:read-b')).toBe(String(SERIES_OF_OTHER));
    const { text } = await ask('/api/v1/label/user/values');
    expect(JSON.parse(text).data).toEqual(['alice']);
    expect((await ask('/api/v1/label/instance/values', { as: 'bob:read-b' })).text).toContain('kitchen-tablet');
    const series = await ask('/api/v1/series?match[]={__name__=~".%2B"}');
    expect(JSON.parse(series.text).data.length).toBeGreaterThan(1);
  });

  it('count and add up nothing of the other, however they ask', async () => {
    for (const query of hostileQueries('bob')) {
      const count = await firstValue(`count(${query})`).catch(() => undefined);
      // The range vectors and scalars among them cannot be counted.
      if (count !== undefined) expect(Number(count), query).toBeLessThan(SERIES_OF_OTHER);
    }
  });

  it('show nothing of the other by any route, method, parameter and header', async () => {
    const now = Date.now() / 1000;
    const span = { start: String(now - 30), end: String(now), step: '5' };
    const smuggled = [
      [],
      [['user', 'bob']],
      [
        ['user', 'alice'],
        ['user', 'bob'],
      ],
      [['match[]', '{user="bob"}']],
      [['query', '{user="bob"}']],
      [['X-FlowCollect-User', 'bob']],
    ] as const;
    const headers = [
      {},
      { 'X-FlowCollect-User': 'bob' },
      { 'x-flowcollect-user': ['alice', 'bob'] },
      { connection: 'X-FlowCollect-User' },
    ];
    let [asked, answered] = [0, 0];
    for (const query of hostileQueries('bob')) {
      for (const path of ['/api/v1/query', '/api/v1/query_range', '/api/v1/series', '/api/v1/labels', ...LABELS]) {
        const name = path.includes('query') ? 'query' : 'match[]';
        for (const [index, extra] of smuggled.entries()) {
          const text = new URLSearchParams([
            [name, query],
            ...(path === '/api/v1/query_range' ? Object.entries(span) : []),
            ...extra.map(([key, value]): [string, string] => [key, value]),
          ]).toString();
          const more = headers[index % headers.length] ?? {};
          const form = { ...more, 'content-type': 'application/x-www-form-urlencoded' };
          for (const answer of [
            await ask(`${path}?${text}`, { headers: more }),
            await ask(path, { method: 'POST', headers: form, body: text }),
          ]) {
            expectNothingOfOther(answer.text, `${path} ${text}`);
            asked += 1;
            if (answer.status === 200) answered += 1;
          }
        }
      }
    }
    // Half of it is answered: a origin that refuses all would show nothing either.
    expect(asked).toBeGreaterThan(11_000);
    expect(answered).toBeGreaterThan(asked / 2);
  }, 300_000);

  it('show nothing of the other to queries put together at random (500)', async () => {
    await fc.assert(
      fc.asyncProperty(hostileQuery('bob'), async (query) => {
        const { text } = await ask(`/api/v1/query?${new URLSearchParams({ query })}`);
        expectNothingOfOther(text, query);
      }),
      { numRuns: 500 },
    );
  }, 120_000);

  it('leave no header of their own to prom-label-proxy: without the gateway’s it answers nobody', async () => {
    expect((await fetch(`${behind}/api/v1/query?query=up`)).status).toBe(400);
  });
});

const LABELS = ['user', 'instance', 'node', '__name__'].map((name) => `/api/v1/label/${name}/values`);
