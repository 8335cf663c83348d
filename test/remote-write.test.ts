import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createExactSums } from '../auditor/usage/exact-sums.ts';
import { TRAFFIC_BYTES } from '../core/metric-contract.ts';
import { groupPath } from '../gateway/store/store.ts';
import { createPrometheus } from '../runtime/prometheus.ts';
import { createRealParts, freePort, type RealParts } from './real-parts.ts';
import { startVictoriaMetrics } from './victoria-metrics.ts';

const PATIENT = { timeout: 60_000, interval: 200 };
const device = { user: 'alice', deviceId: '客厅 路由器' };

let parts: RealParts;
beforeAll(async () => {
  parts = await createRealParts();
});
afterAll(() => parts.close());

it('a copy of Prometheus in VictoriaMetrics gives the auditor the same sums, to the byte', async () => {
  const port = await freePort();
  await startVictoriaMetrics(parts, 'copy', port);
  const copy = `http://127.0.0.1:${port}`;
  const pushgateway = await parts.startPushgateway();
  const prometheus = await parts.startPrometheus(
    JSON.stringify({
      global: { scrape_interval: '1s' },
      // By default what comes in is kept for five seconds before it is sent.
      remote_write: [{ url: `${copy}/api/v1/write`, queue_config: { batch_send_deadline: '500ms' } }],
      scrape_configs: [
        {
          job_name: 'pushgateway',
          honor_labels: true,
          static_configs: [{ targets: [pushgateway.replace('http://', '')] }],
        },
      ],
    }),
  );
  const push = async (bytes: number): Promise<void> => {
    const labels = 'class="proxy",node="香港 \\"1\\"",provider="",direction="download",accounting="settled"';
    const response = await fetch(pushgateway + groupPath(device), {
      method: 'PUT',
      body: `# TYPE ${TRAFFIC_BYTES} counter\n${TRAFFIC_BYTES}{${labels}} ${bytes}\n`,
    });
    expect(response.ok).toBe(true);
  };
  const stores = [prometheus, copy].map((origin) => createPrometheus({ addresses: () => [origin], fetch }));
  const begun = Date.now() - 1000;
  const sums = async (): Promise<unknown> =>
    Promise.all(
      stores.map((store) => createExactSums(store, Date.now).between({ metric: TRAFFIC_BYTES }, begun, Date.now())),
    );
  // The first value, growth and a restart of the counter.
  for (const [bytes, all] of [
    [1_000_003, 1_000_003],
    [9_007_199_254_000, 9_007_199_254_000],
    [77, 9_007_199_254_077],
  ] as const) {
    await push(bytes);
    const expected = [expect.objectContaining({ bytes: all, labels: expect.objectContaining({ user: 'alice' }) })];
    await vi.waitFor(async () => expect(await sums()).toEqual([expected, expected]), PATIENT);
  }
}, 200_000);
