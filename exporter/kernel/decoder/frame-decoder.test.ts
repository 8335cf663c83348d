import { describe, expect, it } from 'vitest';
import { createFrameDecoder } from './frame-decoder.ts';
import { FrameError } from './messages.ts';

const item = (changes: Record<string, unknown> = {}): Record<string, unknown> => ({
  id: 'a',
  upload: 1,
  download: 2,
  start: '2026-11-23T14:42:42.611173362Z',
  chains: ['香港 01', '节点选择'],
  rule: 'DstPort',
  rulePayload: '443',
  metadata: {
    network: 'tcp',
    type: 'Socks5',
    sourceIP: '192.168.1.2',
    sourcePort: '5000',
    destinationIP: '1.2.3.4',
    destinationPort: '443',
    host: 'example.com',
    process: 'curl',
    inboundUser: 'alice',
  },
  ...changes,
});

const message = (changes: Record<string, unknown> = {}): string =>
  JSON.stringify({ downloadTotal: 20, uploadTotal: 10, connections: [item()], memory: 5, ...changes });

const decode = (text: string) => createFrameDecoder().decode(Buffer.from(text), 1000);

describe('the decoder of /connections messages', () => {
  it.each([['as the kernel writes'], [' otherwise']])(
    'takes an id for another connection if that opened at another time: written %s',
    (how) => {
      const { decode: next } = createFrameDecoder();
      const write = (changes: Record<string, unknown>) =>
        Buffer.from(`${how.startsWith(' ') ? ' ' : ''}${message({ connections: [item(changes)] })}`);
      next(write({}), 1);
      const frame = next(write({ start: '2026-11-23T15:00:00Z', chains: ['DIRECT'] }), 2);
      expect(frame.connections[0]?.details).toMatchObject({
        start: Date.parse('2026-11-23T15:00:00Z'),
        chains: ['DIRECT'],
      });
    },
  );

  it('shapes a frame', () => {
    expect(decode(message())).toEqual({
      at: 1000,
      download: 20,
      upload: 10,
      memory: 5,
      connections: [
        {
          id: 'a',
          upload: 1,
          download: 2,
          details: {
            start: Date.parse('2026-11-23T14:42:42.611Z'),
            network: 'tcp',
            type: 'Socks5',
            sourceIP: '192.168.1.2',
            sourcePort: '5000',
            host: 'example.com',
            destinationPort: '443',
            process: 'curl',
            inboundUser: 'alice',
            chains: ['香港 01', '节点选择'],
            provider: undefined,
            rule: 'DstPort',
            rulePayload: '443',
          },
        },
      ],
    });
  });

  it('takes null for no connections', () => {
    expect(decode(message({ connections: null })).connections).toEqual([]);
  });

  it('reads the provider of the node where the kernel tells it', () => {
    const frame = decode(message({ connections: [item({ providerChains: ['airport-b', ''] })] }));
    expect(frame.connections[0]?.details.provider).toBe('airport-b');
  });

  it.each([[[]], [undefined], [null], ['DIRECT']])('does not stop where one connection has chains %j', (chains) => {
    const { connections } = decode(message({ connections: [item({ chains }), item({ id: 'b' })] }));
    expect(connections.map(({ details }) => details.chains)).toEqual([[], ['香港 01', '节点选择']]);
  });

  it.each([
    [{ host: '', sniffHost: 'sniffed.com', destinationIP: '1.2.3.4' }, 'sniffed.com'],
    [{ host: '', sniffHost: '', destinationIP: '1.2.3.4' }, '1.2.3.4'],
  ])('falls back from host to sniffHost to the address: %j', (metadata, host) => {
    expect(decode(message({ connections: [item({ metadata })] })).connections[0]?.details.host).toBe(host);
  });

  it('keeps the details of first sight while the connection is open', () => {
    const decoder = createFrameDecoder();
    const first = decoder.decode(Buffer.from(message()), 1000);
    const second = decoder.decode(
      Buffer.from(message({ connections: [item({ chains: ['other'], download: 7 })] })),
      2000,
    );
    expect(second.connections[0]?.details).toBe(first.connections[0]?.details);
    expect(second.connections[0]?.download).toBe(7);
  });

  it.each([
    ['{"downloadTotal":20,"upl', 'not whole JSON'],
    ['[]', 'expected an object'],
    [message({ downloadTotal: '20' }), 'downloadTotal: expected a whole number'],
    [message({ uploadTotal: -1 }), 'uploadTotal: expected a whole number'],
    [message({ connections: {} }), 'connections: expected a list or null'],
  ])('refuses %s', (text, why) => {
    expect(() => decode(text)).toThrow(FrameError);
    expect(() => decode(text)).toThrow(why);
  });

  it.each([
    [null, 'connections[1].id: expected a text', ['b']],
    [item({ id: 7 }), 'connections[1].id: expected a text', ['b']],
    [item({ id: '' }), 'connections[1].id: expected a text', ['b']],
    [item({ upload: 1.5 }), 'connections[1].upload: expected a whole number', ['a', 'b']],
    [item({ download: -3 }), 'connections[1].download: expected a whole number', ['a', 'b']],
  ])('takes the others and the totals where one connection is %j, and says so', (bad, why, ids) => {
    const said: string[] = [];
    const { decode: next } = createFrameDecoder((detail) => said.push(detail));
    const connections = [item({ id: 'b', download: 9 }), bad];
    const frame = next(Buffer.from(message({ connections })), 1);
    expect(frame).toMatchObject({ download: 20, upload: 10 });
    expect(frame.connections.map(({ id }) => id).sort()).toEqual(ids);
    expect(said.every((detail) => detail.startsWith(why)) && said.length > 0).toBe(true);
  });

  it('takes a connection whose counts were bad once for one that moves nothing, as long as it is open', () => {
    const { decode: next } = createFrameDecoder();
    const downloadOf = (download: unknown): number | undefined =>
      next(Buffer.from(message({ connections: [item({ download })] })), 1).connections[0]?.download;
    expect([7, -1, 900, 901].map(downloadOf)).toEqual([7, 0, 0, 0]);
    next(Buffer.from(message({ connections: [] })), 1);
    expect(downloadOf(3)).toBe(3);
  });

  it('refuses a total beyond 2^53 loudly rather than round it', () => {
    const text = '{"downloadTotal":9223372036854775807,"uploadTotal":0,"connections":null}';
    expect(() => decode(text)).toThrow(/downloadTotal: .* beyond 2\^53 .* restart the kernel/);
  });
});
