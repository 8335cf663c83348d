import { describe, expect, it } from 'vitest';
import type { Birth, ConnectionDetails } from './frame.ts';
import { createOpenedConnections } from './opened-connections.ts';

const birth = (at: number, sourcePort: string): Birth => ({
  at,
  network: 'tcp',
  sourceIP: '10.0.0.1',
  sourcePort,
  host: 'example.com',
  destinationPort: '443',
  process: '',
  rule: 'Match',
  rulePayload: '',
  group: 'G',
  node: 'N',
});

const details = (sourcePort: string): ConnectionDetails => ({
  start: 0,
  type: 'Mixed',
  chains: ['N'],
  inboundUser: '',
  provider: '',
  ...birth(0, sourcePort),
});

const ports = (births: readonly Birth[]): string[] => births.map(({ sourcePort }) => sourcePort);

describe('connections that the log announced', () => {
  it('are unseen when the frame does not show them', () => {
    const births = createOpenedConnections();
    births.note(birth(100, '1'));
    births.note(birth(200, '2'));
    births.seen(details('2'));
    expect(ports(births.takeUnseen(1000))).toEqual(['1']);
    expect(births.takeUnseen(2000)).toEqual([]);
  });

  it('wait for their own frame when they came while an earlier one was kept back', () => {
    const births = createOpenedConnections();
    births.note(birth(900, '1'));
    births.note(birth(1400, '2'));
    expect(ports(births.takeUnseen(1000))).toEqual(['1']);
    births.seen(details('2'));
    expect(births.takeUnseen(2000)).toEqual([]);
  });

  it('are not kept, nor taken for others, after the clock was set back', () => {
    const births = createOpenedConnections();
    births.takeUnseen(3_600_000);
    births.seen(details('1'));
    births.note(birth(3_600_100, '2'));
    expect(ports(births.takeUnseen(1000))).toEqual(['2']);
    births.note(birth(1500, '1'));
    expect(ports(births.takeUnseen(2000))).toEqual(['1']);
  });

  it('are spent when a frame showed the connection before its log line came', () => {
    const births = createOpenedConnections();
    births.takeUnseen(1000);
    births.seen(details('1'));
    births.note(birth(1010, '1'));
    expect(births.takeUnseen(2000)).toEqual([]);
  });

  it('tell two connections apart that used one port after the other', () => {
    const births = createOpenedConnections();
    births.note(birth(100, '1'));
    births.note(birth(600, '1'));
    expect(births.takeUnseen(1000).length).toBe(2);
  });

  it('do not grow without bound while no frame comes', () => {
    const births = createOpenedConnections();
    for (let port = 0; port < 100_000; port += 1) births.note(birth(port, String(port)));
    expect(births.takeUnseen(200_000).length).toBeLessThanOrEqual(20_000);
  });
});
