import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decodeCatalog } from '../catalog.ts';
import { readHealthHistories } from './nodes.ts';

const answer = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../../test/recordings/${name}.json`, import.meta.url), 'utf8'));
const read = (proxies: unknown, providers: unknown) =>
  readHealthHistories(proxies, providers, decodeCatalog(proxies, providers));
const at = (second: number, fraction = '000001'): string => `2026-11-23T14:42:${second}.${fraction}Z`;
const microseconds = (second: number): number => Date.UTC(2026, 10, 23, 14, 42, second) * 1000 + 1;
const history = (...seconds: number[]) => seconds.map((second) => ({ time: at(second), delay: 26 }));
const node = (name: string, rest: object = {}) => ({ name, type: 'Trojan', ...rest });
const providers = (...members: object[]) => ({ providers: { a: { vehicleType: 'HTTP', proxies: members } } });

describe('the health checks that a kernel remembers', () => {
  it.each([
    ['proxies', 'providers', Date.UTC(2026, 10, 23, 14, 42, 40) * 1000, 762_053, 761_974],
    ['modern.proxies', 'modern.providers', Date.UTC(2026, 10, 23, 15, 49, 24) * 1000, 603_148, 601_303],
  ])('are one for each node of %s, though they are listed six times', (proxies, listed, second, hongKong, japan) => {
    const checks = read(answer(proxies), answer(listed));
    expect(checks.sort((a, b) => (a.node < b.node ? 1 : -1))).toEqual([
      { node: '香港 01 | x2', provider: '', type: 'Shadowsocks', times: [second + hongKong] },
      { node: '日本 01', provider: '', type: 'Vmess', times: [second + japan] },
    ]);
  });

  it('are those of every URL, where the plain history holds what it does not repeat', () => {
    const extra = { 'http://one': { alive: true, history: history(10, 20) }, 'http://two': { history: history(15) } };
    const [modern] = read({ proxies: {} }, providers(node('n', { history: history(15, 20), extra })));
    expect(modern?.times.toSorted()).toEqual([10, 15, 20].map(microseconds));
    const lists = { 'http://one': history(10, 20) };
    const [older] = read({ proxies: {} }, providers(node('n', { history: history(15), extra: lists })));
    expect(older?.times.toSorted()).toEqual([10, 15, 20].map(microseconds));
  });

  it('belong to the provider of the node, also of nodes of one name in two providers', () => {
    const listed = {
      providers: {
        a: { vehicleType: 'HTTP', proxies: [node('n', { history: history(10) })] },
        b: { vehicleType: 'File', proxies: [node('n', { history: history(11, 21) })] },
        all: { vehicleType: 'Compatible', proxies: [node('n', { history: history(10) })] },
      },
    };
    const merged = { proxies: { n: node('n', { history: history(10) }) } };
    expect(read(merged, listed)).toMatchObject([
      { provider: 'a', times: [10].map(microseconds) },
      { provider: 'b', times: [11, 21].map(microseconds) },
    ]);
  });

  it('are not those of groups', () => {
    const group = { name: 'auto', type: 'URLTest', all: ['n'], history: history(10) };
    expect(read({ proxies: { auto: group } }, providers())).toEqual([]);
  });

  it('are none where an answer is odd', () => {
    const odd = [
      { history: 'x' },
      { history: [null, 7, {}, { time: 5 }, { time: 'x' }] },
      { extra: [1] },
      { extra: null },
    ];
    expect(read({ proxies: {} }, providers(...odd.map((rest, index) => node(`n${index}`, rest))))).toEqual([]);
    expect(readHealthHistories(null, { providers: { a: null, b: 3 } }, decodeCatalog({ proxies: {} }))).toEqual([]);
  });

  it('are read in any time zone, to the microsecond', () => {
    const zoned = [{ time: '2026-11-23T22:42:40.7620539+08:00' }, { time: '2026-11-23T14:42:41Z' }];
    expect(read({ proxies: {} }, providers(node('n', { history: zoned })))[0]?.times).toEqual([
      Date.UTC(2026, 10, 23, 14, 42, 40) * 1000 + 762_053,
      Date.UTC(2026, 10, 23, 14, 42, 41) * 1000,
    ]);
  });
});
