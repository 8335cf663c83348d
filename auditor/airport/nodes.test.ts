import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { multiplierOf, ownershipOf } from './nodes.ts';

describe('a multiplier that the name tells clearly', () => {
  it.each([
    ['香港 01 | 2x', 2],
    ['🇭🇰 HK 2X 专线', 2],
    ['美国 0.5倍', 0.5],
    ['日本 IEPL x1.5', 1.5],
    ['日本 01 倍率:3.0', 3],
    ['香港 12 倍率：0.5', 0.5],
    ['新加坡 倍率:2.0', 2],
    ['新加坡 倍率：2.0', 2],
    ['香港-高倍-5x-', 5],
    ['HKG 2.0x', 2],
    ['香港 01 0.1倍', 0.1],
    ['🇭🇰-香港-01-0.1×', 0.1],
    ['美国0.1倍流量', 0.1],
    ['[UDPN 0.3X] HK 1', 0.3],
    ['香港 ˣ¹˙⁵ 01', 1.5],
    ['香港 01ˣ²', 2],
    ['日本 x１.５', 1.5],
    ['0倍 公益', 0],
    ['香港|x0|免费', 0],
    ['🇺🇸 US-LAX 10Gx2', 2],
    ['香港 01 | x2', 2],
    ['美国 01 [0.5x]', 0.5],
    ['0.5倍 02', 0.5],
    ['日本 2倍率', 2],
    ['韩国 x2.5倍', 2.5],
    ['台湾 0.01x', 0.01],
    ['HK×2', 2],
    ['2×HK', 2],
    ['日本IEPL×1.5', 1.5],
    ['日本 IEPLx1.5', 1.5],
    ['HKx2', 2],
    ['香港 x2.', 2],
    ['香港 01 x 2', 2],
    ['2.0 X', 2],
    ['台湾 [0.5 x]', 0.5],
    ['0.5倍率 02', 0.5],
    ['倍率:0.5x', 0.5],
    ['香港 .5x', 0.5],
    ['日本 1,5x', 1.5],
    ['［０.３Ｘ］ HK', 0.3],
    ['HK ²ˣ', 2],
    ['专线 ˣ⁵⁰', 50],
    ['10G x2', 2],
    ['Traffic HK | 2x', 2],
    ['香港 双倍流量', 2],
    ['日本 三倍', 3],
    ['美国 半倍', 0.5],
    ['香港 两倍', 2],
    ['雙倍 HK', 2],
    ['半倍率 01', 0.5],
    ['一点五倍 专线', 1.5],
    ['十二倍', 12],
    ['二十倍率', 20],
    ['三 倍率 2', 2],
    ['香港 二分之一倍', 0.5],
    ['日本 三分之二倍', 2 / 3],
    ['香港 十分之一倍', 0.1],
    ['香港 百分之五十倍', 0.5],
    ['香港 百分之50倍', 0.5],
    ['香港 倍率:50%', 0.5],
    ['香港 150% 倍率', 1.5],
    ['香港 ½倍', 0.5],
    ['¼x 香港', 0.25],
    ['香港 1½倍', 1.5],
    ['香港 x１½', 1.5],
    ['百倍 公益', 100],
    ['一百倍', 100],
    ['零点五倍', 0.5],
    ['香港/2倍', 2],
    ['香港 1/2 3x', 3],
  ])('%s is %d', (name, value) => {
    expect(multiplierOf(name)).toEqual({ low: value, high: value, source: 'name', info: false });
  });
});

describe('a name that can be read in several ways', () => {
  it.each([
    ['🇭🇰香港010.1倍率', 0.1],
    ['香港 02x1', 1],
    ['HK2x', 2],
    ['香港 200倍', 200],
    ['X 5 香港', 5],
    ['香港 1/2倍', 0.5],
    ['香港 1/2倍', 2],
    ['香港 1/2x', 0.5],
    ['香港 1/2x', 2],
    ['香港 x1/2', 0.5],
    ['香港 x1/2', 1],
    ['香港 倍率:1/2', 0.5],
    ['香港 ¹⁄₂倍', 0.5],
    ['香港 2~3倍', 2],
    ['香港 2~3倍', 3],
    ['香港 2倍半', 2.5],
    ['香港 两倍半', 2],
    ['香港 两倍半', 2.5],
    ['HK*1.5', 1.5],
    ['HK01*1.5', 1.5],
    ['香港 两百倍', 200],
    ['千倍', 1000],
    ['香港 三四倍', 4],
    ['重点五倍', 5],
    ['2百倍', 100],
    ['零分之一倍', 0],
    ['香港 2x 0.5倍', 0.5],
  ])('%s is an interval that holds %d and 1', (name, value) => {
    const { low, high, source } = multiplierOf(name);
    expect(source).toBe('name');
    expect(low).toBeLessThan(high);
    expect([value, 1].every((each) => low <= each && each <= high)).toBe(true);
  });
});

it.each([
  'x265 影视',
  'x264',
  'V2Ray 香港',
  '美国 4K 流媒体',
  'IPv6 日本',
  '香港 01',
  'Xbox 01',
  'x86 软路由',
  'Linux 2',
  'Linux2',
  'nginx1.5',
  '1920x1080',
  'x86_64',
  '2xlarge',
  '',
  'DIRECT',
])('%s says nothing of a multiplier', (name) => {
  expect(multiplierOf(name)).toEqual({ low: 1, high: 1, source: 'default', info: false });
});

it.each([
  '剩余流量：86.42 GB',
  '距离下次重置剩余：12 天',
  '套餐到期：2026-12-01',
  '套餐到期：长期有效',
  'Traffic: 59.17 GB | 150 GB',
  'Expire: 2027-05-02',
  '过滤掉3条线路',
  '剩余流量：86.42 GB|总流量：100GB',
  'Bandwidth: 1.2GB/10GB',
  '过期时间：2026-12-01 00:00:00',
  '到期：2026-12-01',
  'Smart Access expire: 2026/12/01',
  '某机场流量:1.2GB 剩:12d',
])('%s is a message, not a node', (name) => {
  expect(multiplierOf(name)).toMatchObject({ info: true, source: 'default' });
});

it('takes what the person set before what the name says', () => {
  expect(multiplierOf('香港 2x', { low: 0.3, high: 0.3 })).toEqual({
    low: 0.3,
    high: 0.3,
    source: 'override',
    info: false,
  });
});

it('gives an ordered interval of finite numbers for any name', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom(...'0123456789.xX×*ˣ²½倍率半十百三零点分之/~%: 香GK[]|') }),
      (name) => {
        const { low, high } = multiplierOf(name);
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeGreaterThanOrEqual(low);
        expect(Number.isFinite(high)).toBe(true);
      },
    ),
  );
});

describe('whose a node is', () => {
  const ownership = (airport: string, node: string, provider: string, airports: Parameters<typeof ownershipOf>[3]) =>
    ownershipOf(airport, node, provider, airports, undefined);

  it('is the only airport, or that of its provider', () => {
    expect(ownership('a.yaml', 'HK', 'whatever', [{ name: 'a.yaml' }])).toBe('sure');
    const both = [{ name: 'a.yaml' }, { name: 'Airport-B' }];
    expect(ownership('Airport-B', 'HK', 'airport-b', both)).toBe('sure');
    expect(ownership('a.yaml', 'HK', 'airport-b', both)).toBe('no');
    expect(ownership('a.yaml', 'HK', 'A', both)).toBe('sure');
    expect(ownership('a.yaml', 'HK', '', both)).toBe('possible');
  });

  it('is what the settings say, by provider before pattern', () => {
    const airports = [
      { name: 'a', rules: { providers: ['shared'], nodes: /^HK/u } },
      { name: 'b', rules: { providers: [], nodes: /^JP/u } },
    ];
    expect(ownership('b', 'JP 01', '', airports)).toBe('sure');
    expect(ownership('a', 'JP 01', '', airports)).toBe('no');
    expect(ownership('a', 'JP 01', 'shared', airports)).toBe('sure');
    expect(ownership('a', 'US 01', '', airports)).toBe('possible');
  });

  it('is what a person said, before all else', () => {
    const both = [{ name: 'a', rules: { providers: ['shared'] } }, { name: 'b' }];
    expect(ownershipOf('b', 'HK', 'shared', both, 'b')).toBe('sure');
    expect(ownershipOf('a', 'HK', 'shared', both, 'b')).toBe('no');
  });
});
