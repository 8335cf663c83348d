import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../runtime/async.ts';
import { createLogger } from '../../runtime/logger.ts';
import { connectionsMessage, type ScriptedKernel, startScriptedKernel } from '../../test/scripted-kernel.ts';
import { nodeNetwork } from '../host/node-network.ts';
import type { Catalog, ConnectionOpened, Frame } from '../ledger/frame.ts';
import { createKernelClient, type KernelClient, type KernelClientOptions } from './client.ts';
import { describeKernelProblem, type KernelLink } from './problem.ts';

let kernel: ScriptedKernel;
let client: KernelClient | undefined;
let frames: { frame: Frame; catalog: Catalog }[];
let openings: ConnectionOpened[];
let links: KernelLink[];
let logs: boolean[];
let lines: string[];

function start(options: Partial<KernelClientOptions> = {}): KernelClient {
  client = createKernelClient({
    network: nodeNetwork,
    address: kernel.address,
    secret: '',
    pollInterval: 100,
    clock: systemClock,
    logger: createLogger('test', 'info', { write: (line: string) => void lines.push(line) }),
    language: () => 'en',
    chance: () => 0,
    onFrame: (frame, catalog) => frames.push({ frame, catalog }),
    onVersion: () => {},
    onLife: () => {},
    onTotals: () => {},
    onConnectionOpened: (opening) => openings.push(opening),
    onChecks: () => {},
    onLogs: (open) => logs.push(open),
    onLink: (link) => links.push(link),
    ...options,
  });
  client.start();
  return client;
}

const totals = (): number[] => frames.map(({ frame }) => frame.download);
const lastProblem = (): string => {
  const link = links.at(-1);
  return link?.kind === 'down' ? describeKernelProblem(link.problem, kernel.address).en : `link is ${link?.kind}`;
};

beforeEach(async () => {
  kernel = await startScriptedKernel();
  frames = [];
  openings = [];
  links = [];
  logs = [];
  lines = [];
});
afterEach(async () => {
  await client?.stop();
  client = undefined;
  await kernel.kill();
});

describe('a kernel client', () => {
  it('brings the frames of the WebSocket in order, at the interval asked for', async () => {
    start();
    await vi.waitFor(() => expect(frames).toHaveLength(1));
    for (const download of [10, 20, 30]) kernel.send('/connections', connectionsMessage(0, download));
    await vi.waitFor(() => expect(totals()).toEqual([0, 10, 20, 30]));
    expect(frames.map(({ frame }) => frame.continues)).toEqual([false, true, true, true]);
    expect(kernel.asked).toContain('WS /connections?interval=100');
    expect(links.at(-1)).toEqual({ kind: 'up', version: 'v1.19.2', via: 'websocket' });
  });

  it('sends the secret in the header, and says when it is wrong without repeating it', async () => {
    kernel.secret = 'right one';
    start({ secret: 'wrong one' });
    await vi.waitFor(() => expect(lastProblem()).toContain('refuses the secret (401): make MihomoSecret'));
    expect(lines.join()).toContain('refuses the secret');
    expect(lines.join()).not.toContain('wrong one');
    await client?.stop();
    start({ secret: 'right one' });
    await vi.waitFor(() => expect(frames.length).toBeGreaterThan(0));
  });

  it('goes on with the other connections where one cannot be counted, and says so once', async () => {
    start();
    await vi.waitFor(() => expect(frames).toHaveLength(1));
    for (const download of [10, 20]) {
      const message = JSON.parse(connectionsMessage(0, download, [['good', 'DIRECT', 0, download]]));
      message.connections.push({ id: 'bad', upload: -1, download: 1 }, { upload: 1, download: 1 });
      kernel.send('/connections', JSON.stringify(message));
    }
    await vi.waitFor(() => expect(totals()).toEqual([0, 10, 20]));
    expect(frames.at(-1)?.frame.connections[0]).toMatchObject({ id: 'good', download: 20 });
    expect(lines.filter((line) => line.includes('cannot be counted'))).toHaveLength(1);
  });

  it('falls back to GET where a WebSocket cannot be had', async () => {
    kernel.webSockets = false;
    start();
    await vi.waitFor(() => expect(frames.length).toBeGreaterThan(2));
    expect(links.at(-1)).toMatchObject({ kind: 'up', via: 'get' });
    expect(frames.map(({ frame }) => frame.continues)).not.toContain(true);
    expect(logs).not.toContain(true);
  });

  it('keeps asking by GET where the clock is set back while the kernel answers, and asks for the nodes again', async () => {
    kernel.webSockets = false;
    let setBack = 0;
    const clock = { ...systemClock, now: () => Date.now() - setBack };
    const original = clock.now();
    start({
      clock,
      onFrame(frame, catalog) {
        frames.push({ frame, catalog });
        if (frames.length === 2) setBack = 86_400_000;
      },
    });
    await vi.waitFor(() => expect(frames.length).toBeGreaterThan(4));
    expect(frames.at(-1)?.frame.at).toBeLessThan(original);
    await vi.waitFor(() => expect(kernel.asked.filter((each) => each.endsWith(' /proxies')).length).toBeGreaterThan(1));
  });

  it('falls back to GET where a WebSocket opens and brings nothing', async () => {
    kernel.answers.set('/connections', JSON.parse(connectionsMessage(0, 5)));
    start();
    await vi.waitFor(() => expect(kernel.open('/connections')).toBe(1));
    kernel.cut('/connections');
    await vi.waitFor(() => expect(totals()).toContain(5));
    expect(links.at(-1)).toMatchObject({ kind: 'up', via: 'get' });
  });

  it('says where nothing listens and goes on by itself when the kernel comes back', async () => {
    start();
    await vi.waitFor(() => expect(frames).toHaveLength(1));
    const port = Number(new URL(kernel.address).port);
    await kernel.kill();
    await vi.waitFor(() => expect(lastProblem()).toContain('nothing listens at http://127.0.0.1:'), 5000);
    kernel = await startScriptedKernel({ port });
    kernel.answers.set('/connections', connectionsMessage(0, 77));
    await vi.waitFor(() => expect(totals().at(-1)).toBe(77), 10_000);
    expect(frames.find(({ frame }) => frame.download === 77)?.frame.continues).toBe(false);
  });

  it('tells something else on the port from a kernel', async () => {
    kernel.answers.set('/version', '<html>router</html>');
    start();
    await vi.waitFor(() => expect(lastProblem()).toContain('is not a Mihomo kernel (its answer is not JSON)'));
    await client?.stop();
    const other = createServer((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'));
    await new Promise<void>((resolve) => {
      other.listen(0, '127.0.0.1', resolve);
    });
    start({ address: `http://127.0.0.1:${(other.address() as { port: number }).port}` });
    await vi.waitFor(() => expect(lastProblem()).toContain('is not a Mihomo kernel (it does not speak HTTP)'));
    other.close();
  });

  it('leaves out a message that is cut, says so, and accounts the next', async () => {
    start();
    await vi.waitFor(() => expect(frames).toHaveLength(1));
    kernel.send('/connections', connectionsMessage(0, 10).slice(0, 20));
    await vi.waitFor(() => expect(lastProblem()).toContain('cannot be accounted (the message of 20 bytes'));
    kernel.send('/connections', connectionsMessage(0, 20));
    await vi.waitFor(() => expect(totals()).toEqual([0, 20]));
    expect(links.at(-1)).toMatchObject({ kind: 'up' });
  });

  it('asks for the catalog before a frame with an unknown node is accounted, once', async () => {
    start();
    await vi.waitFor(() => expect(frames).toHaveLength(1));
    kernel.answers.set('/proxies', { proxies: { 家: { type: 'Direct' } } });
    const asked = () => kernel.asked.filter((each) => each === 'GET /proxies').length;
    expect(asked()).toBe(1);
    kernel.send('/connections', connectionsMessage(0, 10, [['a', '家', 0, 10]]));
    await vi.waitFor(() => expect(frames).toHaveLength(2));
    expect(frames[1]?.catalog.typeOf('家')).toBe('Direct');
    for (const download of [20, 30]) {
      kernel.send('/connections', connectionsMessage(0, download, [['b', '不存在', 0, download]]));
    }
    await vi.waitFor(() => expect(totals()).toEqual([0, 10, 20, 30]));
    expect(asked()).toBe(3);
    expect(lines.join()).toContain('does not list this node');
    expect(frames.at(-1)?.catalog.isUnknown('不存在')).toBe(true);
  });

  it('takes the half of the list that is valid and asks again within a second, until it knows the node', async () => {
    kernel.answers.set('/providers/proxies', { providers: null });
    start();
    await vi.waitFor(() => expect(frames).toHaveLength(1));
    expect(frames[0]?.catalog.typeOf('香港')).toBe('Shadowsocks');
    kernel.send('/connections', connectionsMessage(0, 10, [['a', '美国', 0, 10]]));
    await vi.waitFor(() => expect(frames).toHaveLength(2));
    expect(frames[1]?.catalog.isUnknown('美国')).toBe(true);
    const nodes = [{ name: '美国', type: 'Trojan' }];
    kernel.answers.set('/providers/proxies', { providers: { b: { vehicleType: 'HTTP', proxies: nodes } } });
    const since = Date.now();
    await vi.waitFor(() => {
      kernel.send('/connections', connectionsMessage(0, 20, [['a', '美国', 0, 20]]));
      expect(frames.at(-1)?.catalog.isUnknown('美国')).toBe(false);
    });
    expect(frames.at(-1)?.catalog.providerOf('美国')).toBe('b');
    expect((frames.at(-1)?.frame.at ?? 0) - since).toBeLessThan(1500);
  });

  it('keeps the other half of the list where one is answered badly later', async () => {
    kernel.answers.set('/providers/proxies', {
      providers: { b: { vehicleType: 'HTTP', proxies: [{ name: '美国', type: 'Trojan' }] } },
    });
    start();
    await vi.waitFor(() => expect(frames).toHaveLength(1));
    kernel.answers.set('/providers/proxies', 503);
    kernel.answers.set('/proxies', { proxies: { 家: { type: 'Direct' } } });
    kernel.send('/connections', connectionsMessage(0, 10, [['a', '家', 0, 10]]));
    await vi.waitFor(() => expect(frames).toHaveLength(2));
    const { catalog } = frames[1] ?? {};
    expect([catalog?.typeOf('家'), catalog?.typeOf('美国')]).toEqual(['Direct', 'Trojan']);
  });

  it('asks what a group uses before the frame after connections that the log announced by the group alone', async () => {
    const global = { type: 'Selector', now: 'DIRECT' };
    kernel.answers.set('/proxies', {
      proxies: { GLOBAL: global, DIRECT: { type: 'Direct' }, 香港: { type: 'Vless' } },
    });
    start();
    await vi.waitFor(() => expect(frames).toHaveLength(1));
    await vi.waitFor(() => expect(logs).toEqual([true]));
    kernel.answers.set('/proxies/GLOBAL', { ...global, now: '香港' });
    const payload = '[TCP] 192.168.1.7:38423 --> t.me:443 using GLOBAL';
    kernel.send('/logs', JSON.stringify({ type: 'info', payload }));
    await vi.waitFor(() => expect(openings).toHaveLength(1));
    kernel.send('/connections', connectionsMessage(0, 10));
    await vi.waitFor(() => expect(frames).toHaveLength(2));
    expect(frames[1]?.catalog.nodeOf('GLOBAL')).toBe('香港');
    expect(frames[1]?.catalog.askedAt('GLOBAL')).toBeGreaterThanOrEqual(openings[0]?.at ?? 0);
    expect(kernel.asked.filter((each) => each === 'GET /proxies')).toHaveLength(1);
  });

  it.each([
    'Initial configuration complete, total time: 12ms',
    'Start initial provider airport-b',
    "[Provider] airport-b's content update",
  ])('asks for the nodes again after the kernel says %j, though no name is new', async (payload) => {
    start();
    await vi.waitFor(() => expect(frames).toHaveLength(1));
    await vi.waitFor(() => expect(logs).toEqual([true]));
    kernel.answers.set('/proxies', { proxies: { 香港: { type: 'Direct' } } });
    kernel.send('/logs', JSON.stringify({ type: 'info', payload }));
    await vi.waitFor(() => {
      kernel.send('/connections', connectionsMessage(0, 10, [['a', '香港', 0, 10]]));
      expect(frames.at(-1)?.catalog.typeOf('香港')).toBe('Direct');
    });
  });

  it('asks no more for nodes that the kernel does not list when another one of them comes, nor for built-in ones', async () => {
    start();
    await vi.waitFor(() => expect(frames).toHaveLength(1));
    const asked = () => kernel.asked.filter((each) => each === 'GET /proxies').length;
    const shown: [string, string, number, number][] = [];
    for (const [index, node] of ['甲', '乙', 'DIRECT', '丙', '丙'].entries()) {
      shown.push([`c${index}`, node, 0, 1]);
      kernel.send('/connections', connectionsMessage(0, shown.length, shown));
      await vi.waitFor(() => expect(frames).toHaveLength(2 + index));
    }
    expect(asked()).toBe(4);
    expect(lines.filter((line) => line.includes('does not list this node'))).toHaveLength(3);
  });

  it('asks no more often for a node that the log alone brings again and again', async () => {
    start();
    await vi.waitFor(() => expect(frames).toHaveLength(1));
    await vi.waitFor(() => expect(logs).toEqual([true]));
    for (let count = 1; count <= 5; count += 1) {
      const payload = `[TCP] 192.168.1.7:${count} --> t.me:443 match Match using 节点[乙]`;
      kernel.send('/logs', JSON.stringify({ type: 'info', payload }));
      await vi.waitFor(() => expect(openings).toHaveLength(count));
      kernel.send('/connections', connectionsMessage(0, count));
      await vi.waitFor(() => expect(frames).toHaveLength(1 + count));
    }
    const asked = kernel.asked.filter((each) => each === 'GET /proxies').length;
    expect(asked).toBeLessThanOrEqual(3);
  });

  it('says once of a type of node that is new that its bytes count as proxy', async () => {
    kernel.answers.set('/proxies', {
      proxies: { a: { type: 'Quantum' }, b: { type: 'Quantum' }, c: { type: 'Vless' } },
    });
    start();
    await vi.waitFor(() => expect(frames).toHaveLength(1));
    kernel.send('/connections', connectionsMessage(0, 10, [['x', 'new name', 0, 10]]));
    await vi.waitFor(() => expect(frames).toHaveLength(2));
    expect(lines.filter((line) => line.includes('of a type that is new'))).toEqual([
      expect.stringContaining('Quantum'),
    ]);
  });

  it('learns of connections from the log', async () => {
    start();
    await vi.waitFor(() => expect(logs).toEqual([true]));
    const payload = '[TCP] 192.168.1.7:38423(curl) --> t.me:443 match Match using 节点[香港]';
    kernel.send('/logs', JSON.stringify({ type: 'info', payload }).replace('>', '\\u003e'));
    kernel.send('/logs', JSON.stringify({ type: 'warning', payload: 'something else' }));
    await vi.waitFor(() => expect(openings).toHaveLength(1));
    expect(openings[0]).toMatchObject({ sourceIP: '192.168.1.7', host: 't.me', group: '节点', node: '香港' });
    expect(kernel.asked).toContain('WS /logs?level=info');
  });

  it('takes a last frame when it is stopped', async () => {
    const running = start();
    await vi.waitFor(() => expect(frames).toHaveLength(1));
    kernel.answers.set('/connections', connectionsMessage(0, 99));
    await running.stop();
    expect(totals()).toEqual([0, 99]);
    await vi.waitFor(() => expect(kernel.open('/connections') + kernel.open('/logs')).toBe(0));
  });
});
