import { describe, expect, it } from 'vitest';
import { DIALER_PROXY_TRUTH, dialerProxyStream } from '../../test/dialer-proxy.ts';
import { domainOf } from '../host/node-domains.ts';
import { createFrameDecoder } from '../kernel/decoder/frame-decoder.ts';
import { FrameError } from '../kernel/decoder/messages.ts';
import { EMPTY_CATALOG } from '../ledger/frame.ts';
import { createLedger } from '../ledger/ledger.ts';

/** A connection as the kernel lists it: id, bytes down, node, start in epoch seconds. */
type Listed = readonly [id: string, download: number, node: string, start: number];

const message = (download: number, connections: readonly Listed[] | null): string =>
  JSON.stringify({
    downloadTotal: download,
    uploadTotal: 0,
    memory: 0,
    connections:
      connections?.map(([id, bytes, node, start]) => ({
        id,
        upload: 0,
        download: bytes,
        start: new Date(start * 1000).toISOString(),
        chains: [node, 'G'],
        rule: 'Match',
        rulePayload: '',
        metadata: { network: 'tcp', type: 'Mixed', sourceIP: '192.168.1.2', sourcePort: '1', host: 'a.example' },
      })) ?? null,
  });

/** A ledger behind the decoder of one link; times are seconds. */
function createFeed() {
  let decoder = createFrameDecoder();
  const ledger = createLedger({ localNodes: [], domainOf, familyCap: 50 });
  ledger.setLogsAvailable(false);
  return {
    ledger,
    /** A kernel that restarts ends its streams: what the decoder knew of ids is gone with them. */
    reconnect(): void {
      decoder = createFrameDecoder();
    },
    feed: (at: number, text: string) => ledger.apply(decoder.decode(Buffer.from(text), at * 1000), EMPTY_CATALOG),
    downloads(): Record<string, number> {
      const sums: Record<string, number> = {};
      for (const { class: trafficClass, node, direction, bytes } of ledger.counters().traffic) {
        if (direction === 'download') sums[`${trafficClass} ${node}`] = (sums[`${trafficClass} ${node}`] ?? 0) + bytes;
      }
      return sums;
    },
  };
}

describe('a kernel’s stream', () => {
  it('with bytes of REJECT counts them as rejected, within the sum', () => {
    const { ledger, feed, downloads } = createFeed();
    feed(0, message(0, null));
    feed(
      1,
      message(600, [
        ['a', 500, '香港', 1],
        ['r', 100, 'REJECT', 1],
      ]),
    );
    expect(downloads()).toEqual({ 'proxy 香港': 500, 'reject REJECT': 100 });
    expect(ledger.counters().carry.download).toBe(0);
  });

  it('that shows null between connections counts as one without any', () => {
    const { feed, downloads } = createFeed();
    feed(0, message(0, [['a', 0, '香港', 0]]));
    feed(1, message(900, [['a', 900, '香港', 0]]));
    feed(2, message(1000, null));
    feed(3, message(1000, null));
    expect(downloads()).toEqual({ 'proxy 香港': 1000 });
  });

  it('over a laptop’s nine hours of sleep is one long frame: all is counted, nothing twice', () => {
    const { ledger, feed, downloads } = createFeed();
    feed(0, message(0, null));
    feed(1, message(1000, [['a', 1000, '香港', 0]]));
    const hours = 9 * 3600;
    // The connection was dropped in the sleep, and others opened on waking up.
    feed(hours, message(1500, [['b', 300, 'DIRECT', hours - 2]]));
    feed(hours + 1, message(1700, [['b', 500, 'DIRECT', hours - 2]]));
    expect(ledger.counters()).toMatchObject({ restarts: 0, kernel: { download: 1700 }, carry: { download: 0 } });
    expect(downloads()).toEqual({ 'proxy 香港': 1200, 'direct DIRECT': 500 });
  });

  it('whose kernel restarted while the laptop slept, with the same ids, is told from one that went on', () => {
    const { ledger, feed, reconnect } = createFeed();
    feed(0, message(0, null));
    feed(1, message(1000, [['1', 1000, '香港', 0]]));
    reconnect();
    feed(32_400, message(5000, [['1', 5000, '香港', 32_000]]));
    expect(ledger.counters()).toMatchObject({ restarts: 1, kernel: { download: 6000 } });
  });

  it('with a frame cut in half goes on with the next one, which covers its span', () => {
    const { feed, downloads } = createFeed();
    feed(0, message(0, null));
    feed(1, message(400, [['a', 400, '香港', 0]]));
    const whole = message(700, [['a', 700, '香港', 0]]);
    expect(() => feed(2, whole.slice(0, whole.length / 2))).toThrow(FrameError);
    feed(3, message(900, [['a', 900, '香港', 0]]));
    expect(downloads()).toEqual({ 'proxy 香港': 900 });
  });

  it('with frames out of order counts what they show once', () => {
    const { feed, downloads } = createFeed();
    feed(0, message(0, [['a', 0, '香港', 0]]));
    feed(2, message(900, [['a', 900, '香港', 0]]));
    expect(feed(1, message(500, [['a', 500, '香港', 0]])).kind).toBe('stale');
    feed(3, message(1000, [['a', 1000, '香港', 0]]));
    expect(downloads()).toEqual({ 'proxy 香港': 1000 });
  });

  it('beyond 2^53 is refused, and what was counted before it stays to the byte', () => {
    const { ledger, feed } = createFeed();
    const edge = Number.MAX_SAFE_INTEGER;
    feed(0, message(edge - 10, [['a', 5, '香港', 0]]));
    feed(1, message(edge, [['a', 15, '香港', 0]]));
    const beyond = message(0, null).replace('"downloadTotal":0', '"downloadTotal":9007199254740993');
    expect(() => feed(2, beyond)).toThrow(/beyond 2\^53/);
    expect(ledger.counters()).toMatchObject({ kernel: { download: 10 }, raw: { download: edge } });
  });

  it('through a clock set back an hour, and forth again, loses nothing', () => {
    const { ledger, feed, downloads } = createFeed();
    feed(10_000, message(0, [['a', 0, '香港', 9000]]));
    feed(10_001, message(100, [['a', 100, '香港', 9000]]));
    feed(
      6401,
      message(300, [
        ['a', 250, '香港', 9000],
        ['b', 50, 'DIRECT', 6401],
      ]),
    );
    feed(6402, message(400, [['b', 100, 'DIRECT', 6401]]));
    feed(10_003, message(420, [['b', 120, 'DIRECT', 6401]]));
    expect(ledger.counters()).toMatchObject({ restarts: 0, kernel: { download: 420 } });
    expect(downloads()).toEqual({ 'proxy 香港': 300, 'direct DIRECT': 120 });
  });

  it('with a dialer-proxy counts the hop outside the sum, for the airport bills both', () => {
    const { ledger, feed, downloads } = createFeed();
    dialerProxyStream().forEach((text, second) => void feed(second, text));
    expect(downloads()).toEqual(DIALER_PROXY_TRUTH.counted);
    const uncounted = ledger.counters().uncounted.filter(({ direction }) => direction === 'download');
    expect(Object.fromEntries(uncounted.map(({ node, bytes }) => [node, bytes]))).toEqual(DIALER_PROXY_TRUTH.hops);
    expect(ledger.counters().carry.download).toBe(0);
  });
});
