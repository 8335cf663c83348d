import { describe, expect, it } from 'vitest';
import type { Connection, Frame } from '../../exporter/ledger/frame.ts';
import { clampedRemainder, countDeltas, REFERENCE_METHODS } from './methods.ts';
import { sumOf } from './misattribution.ts';
import { generateScenario } from './scenario.ts';

const connection = (id: string, download: number, chains: readonly string[] = ['Tokyo', 'Choice']): Connection => ({
  id,
  upload: 0,
  download,
  details: {
    start: 0,
    network: 'tcp',
    type: 'Socks5',
    sourceIP: '192.168.1.2',
    sourcePort: '40000',
    host: 'example.com',
    destinationPort: '443',
    process: '',
    inboundUser: '',
    chains,
    provider: undefined,
    rule: 'Match',
    rulePayload: '',
  },
});

const frame = (download: number, ...connections: readonly Connection[]): Frame => ({
  at: 0,
  upload: 0,
  download,
  memory: 0,
  connections,
});

const byNode = (frames: readonly Frame[]) => countDeltas(frames, ({ chains }) => chains[0] ?? '').byClass;

describe('plain deltas', () => {
  it('count a connection from its first byte, and no byte twice', () => {
    expect(byNode([frame(10, connection('a', 10)), frame(30, connection('a', 30))])).toEqual(new Map([['Tokyo', 30]]));
  });

  it('lose what moved after the last frame of a connection', () => {
    expect(sumOf(byNode([frame(10, connection('a', 10)), frame(25)]))).toBe(10);
  });
});

describe('the clamped remainder', () => {
  it('is what the totals hold beyond the connections', () => {
    expect(clampedRemainder([frame(10, connection('a', 10)), frame(25)])).toBe(15);
  });

  it('makes bytes up where totals are read before connections', () => {
    // 20 bytes moved in all; the first frame shows them on the connection before the totals hold them.
    const frames = [frame(15, connection('a', 20)), frame(20, connection('a', 20))];
    expect(sumOf(byNode(frames)) + clampedRemainder(frames)).toBe(25);
  });
});

describe('on a simulated run', () => {
  const scenario = generateScenario('mixed', 20, 'reference');
  const count = (index: number) => REFERENCE_METHODS[index]?.count(scenario, 0);

  it('each method counts something, and deltas alone never all of it', () => {
    for (const index of [0, 1]) {
      const counted = sumOf(count(index)?.byClass ?? new Map());
      expect(counted).toBeGreaterThan(0);
      expect(counted).toBeLessThan(scenario.truth.total);
    }
    expect(sumOf(count(2)?.byClass ?? new Map())).toBeGreaterThanOrEqual(scenario.truth.total);
  });

  it('the name of the outer group hides the class', () => {
    expect(count(0)?.byClass.has('proxy')).toBe(true);
    expect(count(0)?.byClass.has('reject')).toBe(false);
  });
});
