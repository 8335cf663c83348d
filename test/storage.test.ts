import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createRealParts, type RealParts } from './real-parts.ts';

let parts: RealParts;
beforeAll(async () => {
  parts = await createRealParts();
});
afterAll(() => parts.close());

it('brings a push to a query, with the identity of its path', async () => {
  const pushgateway = await parts.startPushgateway();
  const prometheus = await parts.startPrometheus(
    JSON.stringify({
      scrape_configs: [
        {
          job_name: 'pushgateway',
          honor_labels: true,
          scrape_interval: '1s',
          static_configs: [{ targets: [new URL(pushgateway).host] }],
        },
      ],
    }),
  );
  const path = `${pushgateway}/metrics/job/flowcollect/user/default/instance/${encodeURIComponent('客厅 1')}`;
  const push = await fetch(path, { method: 'PUT', body: 'bytes_total{node="香港"} 9007199254740991\n' });
  // 202 rather than 200: with its consistency check off, Pushgateway takes pushes without waiting.
  expect(push.status).toBe(202);
  await vi.waitFor(async () => {
    const answer = await fetch(`${prometheus}/api/v1/query?query=bytes_total`);
    expect(await answer.json()).toMatchObject({
      data: {
        result: [
          {
            metric: { job: 'flowcollect', user: 'default', instance: '客厅 1', node: '香港' },
            value: [expect.any(Number), '9007199254740991'],
          },
        ],
      },
    });
  }, 30_000);
});
