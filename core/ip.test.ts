import { BlockList, isIP } from 'node:net';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ipVersion, networkList } from './ip.ts';

const text = fc.oneof(
  fc.ipV4(),
  fc.ipV6(),
  fc.ipV4().map((address) => `::ffff:${address}`),
  fc.stringMatching(/^[0-9a-f:.]{0,24}$/),
  fc
    .array(fc.constantFrom('0', '1', 'ff', '01', '256', '', '::', ':', '.', 'g'), { maxLength: 12 })
    .map((parts) => parts.join('')),
);

it('knows addresses as Node does', () => {
  fc.assert(
    fc.property(text, (address) => {
      expect(ipVersion(address)).toBe(isIP(address));
    }),
    { numRuns: 2000 },
  );
});

it.each([
  '1.2.3.4',
  '::',
  '::1',
  '1::',
  'fe80::1',
  '1:2:3:4:5:6:7:8',
  '::ffff:1.2.3.4',
  '1:2:3:4:5:6:1.2.3.4',
  '1::8:1.2.3.4',
])('takes %s for an address', (address) => expect(ipVersion(address)).toBe(isIP(address)));

it('finds an address in a network as Node does', () => {
  const ofIpv4 = fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 }), fc.constant('ipv4' as const));
  const ofIpv6 = fc.tuple(fc.ipV6(), fc.integer({ min: 0, max: 128 }), fc.constant('ipv6' as const));
  fc.assert(
    fc.property(fc.oneof(ofIpv4, ofIpv6), text, ([address, prefix, family], other) => {
      const list = new BlockList();
      list.addSubnet(address, prefix, family);
      const isIn = networkList([`${address}/${prefix}`]);
      expect(isIn(address)).toBe(list.check(address, family));
      const version = isIP(other);
      expect(isIn(other)).toBe(version !== 0 && list.check(other, version === 4 ? 'ipv4' : 'ipv6'));
    }),
    { numRuns: 2000 },
  );
});
