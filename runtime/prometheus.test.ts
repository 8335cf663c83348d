import { describe, expect, it } from 'vitest';
import { createPrometheus, PrometheusError } from './prometheus.ts';

const NOW = Date.parse('2026-11-19T23:55:00+08:00');
const vector = { resultType: 'vector', result: [{ metric: { node: 'HK' }, value: [0, '7'] }] };

/** A store that gives every question the same answer, and remembers what it was asked. */
function storeThat(answer: object, status = 200) {
  const asked: Record<string, string>[] = [];
  const fetch: typeof globalThis.fetch = async (_, init) => {
    asked.push(Object.fromEntries(new URLSearchParams(String(init?.body))));
    return new Response(JSON.stringify(answer), { status });
  };
  return { asked, prometheus: createPrometheus({ addresses: () => ['http://store:9090'], fetch }) };
}

describe('an answer in part', () => {
  it.each([
    ['Thanos, by warnings', { warnings: ['receive series from Addr: 10.0.0.2:10901: EOF'] }, 'receive series'],
    ['VictoriaMetrics, by isPartial', { isPartial: true }, ''],
    ['both', { isPartial: true, warnings: ['storage 2'] }, 'storage 2'],
  ])('of %s is none, whatever is asked', async (_, mark, said) => {
    for (const [kind, data] of Object.entries({
      instant: vector,
      matrix: { resultType: 'matrix', result: [] },
      series: [{ node: 'HK' }],
    })) {
      const { prometheus } = storeThat({ status: 'success', data, ...mark });
      const answer =
        kind === 'instant'
          ? prometheus.instant('x', NOW)
          : kind === 'matrix'
            ? prometheus.matrix('x[1m]', NOW)
            : prometheus.series('x', 0, NOW);
      const error = await answer.catch((error: unknown) => error);
      expect(error).toBeInstanceOf(PrometheusError);
      const { reason, text } = error as PrometheusError;
      expect(reason).toEqual({ code: 'prometheus_partial', detail: expect.stringContaining(said) });
      expect(text.zh).toMatch(/^Prometheus（store:9090）只回答了一部分/);
      expect(text.en).toMatch(/^Prometheus at store:9090 answered in part/);
    }
  });

  it('is told in no more words than a report has room for', async () => {
    const { prometheus } = storeThat({ status: 'success', data: vector, warnings: ['x'.repeat(5000)] });
    const error = await prometheus.instant('x', NOW).catch((error: unknown) => error as PrometheusError);
    expect((error as PrometheusError).reason.detail).toHaveLength(200);
  });

  it('is not meant by remarks on the query, nor by a cluster that answered whole', async () => {
    const remarks = { infos: ['PromQL info: metric might not be a counter'], isPartial: false, warnings: [] };
    const { prometheus } = storeThat({ status: 'success', data: vector, ...remarks });
    expect(await prometheus.instant('x', NOW)).toEqual([{ labels: { node: 'HK' }, value: 7 }]);
  });
});

it('has every store answer whole or not at all, and leave copies apart where it is asked to', async () => {
  const { asked, prometheus } = storeThat({ status: 'success', data: vector });
  await prometheus.instant('x', NOW);
  await prometheus.instant('x', NOW, 'apart');
  const whole = { partial_response: 'false', deny_partial_response: '1' };
  expect(asked).toEqual([
    { query: 'x', time: '1795103700.000', ...whole },
    { query: 'x', time: '1795103700.000', ...whole, dedup: 'false' },
  ]);
});

it('asks another address where one has no whole answer, and tells of the first where none has', async () => {
  const asked: string[] = [];
  let whole = 'b';
  const fetch: typeof globalThis.fetch = async (input) => {
    const host = new URL(String(input)).hostname;
    asked.push(host);
    if (host === 'down') throw new TypeError('fetch failed');
    return Response.json({ status: 'success', data: vector, ...(host === whole ? {} : { isPartial: true }) });
  };
  const prometheus = createPrometheus({ addresses: () => ['http://a', 'http://down', 'http://b', 'http://c'], fetch });
  expect(await prometheus.instant('x', NOW)).toHaveLength(1);
  expect(asked).toEqual(['a', 'down', 'b']);
  whole = 'none';
  await expect(prometheus.instant('x', NOW)).rejects.toMatchObject({ reason: { code: 'prometheus_partial' } });
  await expect(prometheus.instant('x', NOW)).rejects.toThrow(/^Prometheus（a）|^Prometheus at a /);
});
