import { describe, expect, it } from 'vitest';
import type { ConnectionDetails, ConnectionOpened } from './frame.ts';
import { createOpenedConnections } from './opened-connections.ts';

const opening = (at: number, sourcePort: string): ConnectionOpened => ({
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
  ...opening(0, sourcePort),
});

const ports = (openings: readonly ConnectionOpened[]): string[] => openings.map(({ sourcePort }) => sourcePort);

describe('connections that the log announced', () => {
  it('are unseen when the frame does not show them', () => {
    const openings = createOpenedConnections();
    openings.note(opening(100, '1'));
    openings.note(opening(200, '2'));
    openings.seen(details('2'));
    expect(ports(openings.takeUnseen(1000))).toEqual(['1']);
    expect(openings.takeUnseen(2000)).toEqual([]);
  });

  it('wait for their own frame when they came while an earlier one was kept back', () => {
    const openings = createOpenedConnections();
    openings.note(opening(900, '1'));
    openings.note(opening(1400, '2'));
    expect(ports(openings.takeUnseen(1000))).toEqual(['1']);
    openings.seen(details('2'));
    expect(openings.takeUnseen(2000)).toEqual([]);
  });

  it('are not kept, nor taken for others, after the clock was set back', () => {
    const openings = createOpenedConnections();
    openings.takeUnseen(3_600_000);
    openings.seen(details('1'));
    openings.note(opening(3_600_100, '2'));
    expect(ports(openings.takeUnseen(1000))).toEqual(['2']);
    openings.note(opening(1500, '1'));
    expect(ports(openings.takeUnseen(2000))).toEqual(['1']);
  });

  it('are spent when a frame showed the connection before its log line came', () => {
    const openings = createOpenedConnections();
    openings.takeUnseen(1000);
    openings.seen(details('1'));
    openings.note(opening(1010, '1'));
    expect(openings.takeUnseen(2000)).toEqual([]);
  });

  it('tell two connections apart that used one port after the other', () => {
    const openings = createOpenedConnections();
    openings.note(opening(100, '1'));
    openings.note(opening(600, '1'));
    expect(openings.takeUnseen(1000).length).toBe(2);
  });

  it('do not grow without bound while no frame comes', () => {
    const openings = createOpenedConnections();
    for (let port = 0; port < 100_000; port += 1) openings.note(opening(port, String(port)));
    expect(openings.takeUnseen(200_000).length).toBeLessThanOrEqual(20_000);
  });
});
