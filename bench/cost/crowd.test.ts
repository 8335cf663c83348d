import { expect, it } from 'vitest';
import { decodeCatalog } from '../../exporter/kernel/catalog.ts';
import { createFrameDecoder } from '../../exporter/kernel/decoder/frame-decoder.ts';
import { parseOpenedConnection } from '../../exporter/kernel/decoder/messages.ts';
import { catalogAnswers } from '../../simulator/kernel/catalog-answers.ts';
import { createCrowd } from './crowd.ts';

const catalog = decodeCatalog(JSON.parse(catalogAnswers(0).proxies));

it('keeps its size while connections come, move bytes and go', () => {
  const crowd = createCrowd({ size: 50, churn: 0.1, moving: 1, hosts: 20, clients: 5, startedAt: 0 });
  const decoder = createFrameDecoder();
  const times = Array.from({ length: 10 }, (_, index) => 1000 * (index + 1));
  const frames = times.map((at) => decoder.decode(crowd.next(at).message, at));
  expect(frames.map(({ connections }) => connections.length)).toEqual(times.map(() => 50));
  const last = new Map(frames[8]?.connections.map((each) => [each.id, each.download]));
  const survivors = frames[9]?.connections.filter(({ id }) => last.has(id)) ?? [];
  expect(survivors.length).toBeGreaterThanOrEqual(45);
  expect(survivors.length).toBeLessThan(50);
  expect(survivors.every(({ id, download }) => download > (last.get(id) ?? 0))).toBe(true);
});

it('announces every connection, and has totals that hold more than its connections', () => {
  const crowd = createCrowd({ size: 50, churn: 0.1, moving: 0.5, hosts: 20, clients: 5, startedAt: 0 });
  const frame = crowd.next(1000);
  const openings = frame.log.flatMap((payload) => parseOpenedConnection(payload, 1000, catalog.has) ?? []);
  expect(openings).toHaveLength(10);
  expect(frame.distinct).toBe(60);
  const shown = createFrameDecoder().decode(frame.message, 1000).connections;
  expect(frame.totals.download).toBeGreaterThan(shown.reduce((sum, { download }) => sum + download, 0));
});
