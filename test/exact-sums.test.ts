import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createExactSums } from '../auditor/usage/exact-sums.ts';
import { TRAFFIC_BYTES } from '../core/metric-contract.ts';
import { createPrometheus, type Stores } from '../runtime/prometheus.ts';
import { CASES, DAY, exactCases, HOUR, T0, T1 } from './exact-cases.ts';
import { createRealParts, prometheusVersions, type RealParts } from './real-parts.ts';

const stores = (await prometheusVersions()).flatMap((version) => [
  { ...version, kept: 'once', copies: [] },
  { ...version, kept: 'twice, with gaps', copies: ['1', '2'] },
]);

describe.each(stores)('on $version, with every series kept $kept,', ({ programs, copies }) => {
  let parts: RealParts;
  let prometheus: Stores;

  beforeAll(async () => {
    parts = await createRealParts(programs);
    const history = join(parts.folder, 'history.txt');
    await writeFile(history, exactCases(copies));
    await promisify(execFile)(parts.binaries.promtool, [
      'tsdb',
      'create-blocks-from',
      'openmetrics',
      history,
      join(parts.folder, 'prometheus', 'tsdb'),
    ]);
    const origin = await parts.startPrometheus();
    prometheus = createPrometheus({ addresses: () => [origin], fetch });
  });
  afterAll(() => parts.close());

  const sumsBetween = async (from: number, to: number): Promise<Map<string, number>> => {
    const sums = await createExactSums(prometheus, () => T1 + DAY).between({ metric: TRAFFIC_BYTES }, from, to);
    return new Map(sums.map(({ labels, bytes }) => [labels.node ?? '', bytes]));
  };

  describe('the sum of one day', () => {
    it('is the truth to the byte, where increase() is not', async () => {
      const sums = await sumsBetween(T0, T1);
      const increases = await prometheus.instant(`increase(${TRAFFIC_BYTES}[1d])`, T1);
      const table = CASES.map(({ name, truth }) => {
        const increase = increases.find(({ labels }) => labels.node === name)?.value ?? 0;
        const increaseFails = Math.abs(increase - truth) > truth / 100;
        return { name, truth, exact: sums.get(name) ?? 0, ...(copies.length === 0 && { increaseFails }) };
      });
      expect(table).toEqual(
        CASES.map(({ name, truth, increaseFails }) => ({
          name,
          truth,
          exact: truth,
          ...(copies.length === 0 && { increaseFails }),
        })),
      );
    });

    it('adds up from windows that touch, wherever they are cut', async () => {
      // One of them right after the first sample of a counter that fell.
      const fell = T0 + 7 * HOUR + 7200;
      const cuts = [
        T0,
        T0 + 7 * 60_000,
        T0 + HOUR + 1,
        T0 + 5 * HOUR + 5 * 60_000,
        fell,
        T0 + DAY / 2 + 7,
        T1 - HOUR,
        T1,
      ];
      const total = new Map<string, number>();
      for (const [index, to] of cuts.entries()) {
        const from = cuts[index - 1];
        if (from === undefined) continue;
        for (const [name, bytes] of await sumsBetween(from, to)) total.set(name, (total.get(name) ?? 0) + bytes);
      }
      expect(CASES.map(({ name }) => [name, total.get(name) ?? 0])).toEqual(
        CASES.map(({ name, truth }) => [name, truth]),
      );
    });

    it('is the same when asked minute by minute, remembering the past', async () => {
      const sums = createExactSums(prometheus, () => T1 + DAY);
      let last: Awaited<ReturnType<typeof sums.between>> = [];
      for (let to = T0 + HOUR / 2; to <= T1; to += HOUR / 2)
        last = await sums.between({ metric: TRAFFIC_BYTES }, T0, to);
      const byName = new Map(last.map(({ labels, bytes }) => [labels.node, bytes]));
      expect(CASES.map(({ name }) => [name, byName.get(name) ?? 0])).toEqual(
        CASES.map(({ name, truth }) => [name, truth]),
      );
    });
  });

  it('says that a query was refused, and why', async () => {
    await expect(prometheus.instant('sum(', T1)).rejects.toThrow(/refused a query: .*parse error/);
  });
});
