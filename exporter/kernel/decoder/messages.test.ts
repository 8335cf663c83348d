import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { parseOpenedConnection } from './messages.ts';

const known = new Set(['美国 01 [0.5x]', 'DIRECT', '日本 01', 'G [a]']);
const parse = (payload: string) => parseOpenedConnection(payload, 1000, (name) => known.has(name));

describe('parseOpenedConnection', () => {
  it('reads a line with everything in it', () => {
    expect(
      parse('[TCP] 127.0.0.13:38423(node) --> t.me:18006 match DstPort(18006) using 流媒体[美国 01 [0.5x]]'),
    ).toEqual({
      at: 1000,
      network: 'tcp',
      sourceIP: '127.0.0.13',
      sourcePort: '38423',
      host: 't.me',
      destinationPort: '18006',
      process: 'node',
      rule: 'DstPort',
      rulePayload: '18006',
      group: '流媒体',
      node: '美国 01 [0.5x]',
    });
  });

  it.each([
    ['[TCP] 1.2.3.4:5 --> a:6 match Match using DIRECT', 'DIRECT', 'DIRECT'],
    ['[TCP] 1.2.3.4:5 --> a:6 match Match using 美国 01 [0.5x]', '美国 01 [0.5x]', '美国 01 [0.5x]'],
    ['[TCP] 1.2.3.4:5 --> a:6 match Match using 流媒体[日本 01]', '流媒体', '日本 01'],
    ['[TCP] 1.2.3.4:5 --> a:6 match Match using G [a]', 'G [a]', 'G [a]'],
    ["[TCP] 1.2.3.4:5 --> a:6 doesn't match any rule using DIRECT", 'DIRECT', 'DIRECT'],
    ['[UDP] 1.2.3.4:5 --> a:6 using GLOBAL[日本 01]', 'GLOBAL', '日本 01'],
  ])('tells group and node of %s', (payload, group, node) => {
    expect(parse(payload)).toMatchObject({ group, node });
  });

  it.each([
    ['1.2.3.4:5(curl)', 'curl'],
    ['1.2.3.4:5(curl, uid=1000)', 'curl'],
    ['1.2.3.4:5(uid=1000)', ''],
    ['[fd00::2]:5(My App (64 bit), uid=10)', 'My App (64 bit)'],
    ['1.2.3.4:5', ''],
  ])('tells the process of %s', (source, process) => {
    expect(parse(`[TCP] ${source} --> a:6 match Match using DIRECT`)).toMatchObject({ process, sourcePort: '5' });
  });

  it('reads IPv6 addresses without their brackets, as /connections writes them', () => {
    const opening = parse('[UDP] [fd00::2]:5353 --> [2606:4700::1111]:53 match Match using DIRECT');
    expect(opening).toMatchObject({ network: 'udp', sourceIP: 'fd00::2', sourcePort: '5353', host: '2606:4700::1111' });
  });

  it('keeps parentheses of a rule payload', () => {
    const opening = parse('[TCP] 1.2.3.4:5 --> a:6 match AND((NETWORK,tcp) && (DST-PORT,443)) using DIRECT');
    expect(opening).toMatchObject({ rule: 'AND', rulePayload: '(NETWORK,tcp) && (DST-PORT,443)' });
  });

  it.each(['Start initial provider airport-b', '[TCP] dial DIRECT (match Match/) 1.2.3.4:5 --> a:6 error: x', ''])(
    'takes %j for no opened connection',
    (payload) => {
      expect(parse(payload)).toBeUndefined();
    },
  );

  it.each(['mixed', 'short', 'household', 'modern'])('reads every connection line of the %s recording', (name) => {
    const file = new URL(`../../../test/recordings/${name}.logs.json.gz`, import.meta.url);
    const lines: { payload: string }[] = JSON.parse(gunzipSync(readFileSync(file)).toString('utf8'));
    const announcing = lines.filter(({ payload }) => /^\[(TCP|UDP)\] \S+ --> /.test(payload));
    expect(announcing.length).toBeGreaterThan(300);
    for (const { payload } of announcing) expect(parse(payload), payload).toBeDefined();
  });
});
