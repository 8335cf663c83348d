import { mkdtemp } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { createKernelSimulator, type KernelSimulator } from './kernel-simulator.ts';
import { createHouseholdSource } from './kernel-source.ts';
import { createPlayback } from './playback.ts';
import { readRecording } from './recording.ts';

const START = Date.UTC(2026, 10, 24);
const SECRET = 'open sesame';
const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

async function household(secret = '', socketPath?: string) {
  let now = START;
  const source = createHouseholdSource({ seed: '1', shape: 'household', startedAt: START });
  const kernel = createKernelSimulator({
    source,
    now: () => now,
    port: 0,
    secret,
    ...(socketPath ? { socketPath } : {}),
  });
  await kernel.start();
  cleanups.push(() => kernel.stop());
  return { kernel, origin: kernel.origin(), pass: (milliseconds: number) => (now += milliseconds) };
}

function listen(kernel: KernelSimulator, path: string): { messages: string[]; closed: Promise<void> } {
  const socket = new WebSocket(`${kernel.origin().replace('http', 'ws')}${path}`);
  const messages: string[] = [];
  socket.on('message', (data) => messages.push(String(data)));
  socket.on('error', () => undefined);
  cleanups.push(() => socket.terminate());
  return { messages, closed: new Promise((resolve) => socket.on('close', () => resolve())) };
}

const get = async (url: string, secret?: string) => {
  const response = await fetch(url, secret === undefined ? {} : { headers: { authorization: `Bearer ${secret}` } });
  return { status: response.status, body: await response.text() };
};

describe('the simulated kernel', () => {
  it('answers what a kernel answers', async () => {
    const { origin, pass } = await household();
    pass(5000);
    expect((await get(`${origin}/`)).body).toBe('{"hello":"mihomo"}');
    expect(JSON.parse((await get(`${origin}/version`)).body)).toMatchObject({ meta: true });
    expect(JSON.parse((await get(`${origin}/configs`)).body)).toMatchObject({ mode: 'rule' });
    expect(JSON.parse((await get(`${origin}/proxies`)).body).proxies.DIRECT.type).toBe('Direct');
    expect(JSON.parse((await get(`${origin}/providers/proxies`)).body).providers['airport-b'].vehicleType).toBe('HTTP');
    expect(JSON.parse((await get(`${origin}/connections`)).body).connections.length).toBeGreaterThan(3);
    expect(await get(`${origin}/simulator/truth`)).toEqual({ status: 404, body: '404 page not found\n' });
  });

  it('asks for its secret, by header everywhere and by token for WebSockets only', async () => {
    const { kernel, origin } = await household(SECRET);
    const refused = { status: 401, body: '{"message":"Unauthorized"}' };
    expect(await get(`${origin}/version`)).toEqual(refused);
    expect(await get(`${origin}/version`, 'wrong')).toEqual(refused);
    expect(await get(`${origin}/version?token=${encodeURIComponent(SECRET)}`)).toEqual(refused);
    expect((await get(`${origin}/version`, SECRET)).status).toBe(200);
    const allowed = listen(kernel, `/connections?interval=20&token=${encodeURIComponent(SECRET)}`);
    await vi.waitFor(() => expect(allowed.messages.length).toBeGreaterThan(1));
    const denied = listen(kernel, '/connections?token=wrong');
    await denied.closed;
    expect(denied.messages).toEqual([]);
  });

  it('sends frames at the asked interval, the first at once', async () => {
    const { kernel } = await household();
    const fast = listen(kernel, '/connections?interval=20');
    const slow = listen(kernel, '/connections?interval=600000');
    const byDefault = listen(kernel, '/connections');
    await vi.waitFor(() => expect(fast.messages.length).toBeGreaterThan(5));
    expect(slow.messages.length).toBe(1);
    expect(byDefault.messages.length).toBe(1);
    const refused = listen(kernel, '/connections?interval=often');
    await refused.closed;
    expect(refused.messages).toEqual([]);
  });

  it('announces connections in its log, from the moment someone listens, by level', async () => {
    const { kernel, origin, pass } = await household();
    pass(5000);
    kernel.source();
    const logs = listen(kernel, '/logs?level=info');
    const errors = listen(kernel, '/logs?level=error');
    const traffic = listen(kernel, '/traffic');
    const memory = listen(kernel, '/memory');
    await vi.waitFor(() => expect(memory.messages.length).toBe(1));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(logs.messages).toEqual([]);
    pass(5000);
    await vi.waitFor(() => expect(logs.messages.length).toBeGreaterThan(20));
    expect(JSON.parse(logs.messages[0] ?? '')).toEqual({
      type: 'info',
      payload: expect.stringMatching(/^\[(TCP|UDP)\] \S+ --> \S+:\d+ match \S+ using .+$/),
    });
    expect(errors.messages).toEqual([]);
    expect(memory.messages[0]).toBe('{"inuse":0,"oslimit":0}');
    await vi.waitFor(() => expect(traffic.messages.length).toBe(1), 3000);
    const { upTotal, downTotal } = JSON.parse(traffic.messages[0] ?? '');
    expect({ upload: upTotal, download: downTotal }).toEqual(kernel.source().totals());
    expect((await get(`${origin}/logs?level=loud`)).status).toBe(400);
  });

  it('streams its log as lines of JSON too', async () => {
    const { origin, pass } = await household();
    const response = await fetch(`${origin}/logs`);
    const reader = response.body?.getReader();
    pass(2000);
    const { value } = (await reader?.read()) ?? {};
    await reader?.cancel();
    expect(new TextDecoder().decode(value)).toMatch(/^\{"type":"info","payload":"\[TCP\] .+"\}\n/);
  });

  it('closes connections when told to', async () => {
    const { origin, pass } = await household();
    pass(10_000);
    const ids = async (): Promise<string[]> =>
      (JSON.parse((await get(`${origin}/connections`)).body).connections ?? []).map(({ id }: { id: string }) => id);
    const [first, ...rest] = await ids();
    expect((await fetch(`${origin}/connections/${first}`, { method: 'DELETE' })).status).toBe(204);
    expect(await ids()).toEqual(rest);
    expect((await fetch(`${origin}/connections`, { method: 'DELETE' })).status).toBe(204);
    expect(await ids()).toEqual([]);
  });

  it('dies and comes back on the same port with totals and ids that start over', async () => {
    const { kernel, origin, pass } = await household();
    const frames = listen(kernel, '/connections?interval=10');
    pass(10_000);
    await vi.waitFor(() => expect(JSON.parse(frames.messages.at(-1) ?? '{}').downloadTotal).toBeGreaterThan(0));
    await kernel.die();
    await frames.closed;
    await expect(fetch(`${origin}/version`)).rejects.toThrow();
    pass(1500);
    await kernel.revive();
    expect(kernel.origin()).toBe(origin);
    expect(JSON.parse((await get(`${origin}/connections`)).body)).toMatchObject({
      downloadTotal: 0,
      connections: null,
    });
    pass(5000);
    expect(JSON.parse((await get(`${origin}/connections`)).body).downloadTotal).toBeGreaterThan(0);
  });

  it('serves a unix socket without asking for the secret', async () => {
    const socketPath = join(await mkdtemp(join(tmpdir(), 'flowcollect-kernel-')), 'mihomo.sock');
    await household(SECRET, socketPath);
    const body = await new Promise<string>((resolve, reject) => {
      request({ socketPath, path: '/' }, (response) => resolve(text(response)))
        .on('error', reject)
        .end();
    });
    expect(body).toBe('{"hello":"mihomo"}');
  });

  it('plays a recording over a WebSocket as it was recorded', async () => {
    const recording = await readRecording(new URL('../../test/recordings/udp.ndjson.gz', import.meta.url).pathname);
    let now = START;
    const source = createPlayback(recording, { startedAt: START, phase: 0 });
    const kernel = createKernelSimulator({ source, now: () => now, port: 0, secret: '' });
    await kernel.start();
    cleanups.push(() => kernel.stop());
    const { messages } = listen(kernel, '/connections?interval=1');
    for (const { at, message } of recording.frames) {
      now = START + at - (recording.frames[0]?.at ?? 0);
      await vi.waitFor(() => expect(messages.at(-1) === message).toBe(true), { interval: 1 });
    }
    const distinct = messages.filter((message, index) => message !== messages[index - 1]);
    expect(distinct).toEqual(
      recording.frames.map(({ message }) => message).filter((message, index, all) => message !== all[index - 1]),
    );
  });

  it.each([
    ['udp', ['up', 'down']],
    ['modern', ['up', 'down', 'upTotal', 'downTotal']],
  ])('tells in /traffic what the kernel of a recording told: %s', async (name, keys) => {
    const path = new URL(`../../test/recordings/${name}.ndjson.gz`, import.meta.url).pathname;
    const source = createPlayback(await readRecording(path), { startedAt: START, phase: 0 });
    const kernel = createKernelSimulator({ source, now: () => START, port: 0, secret: '' });
    await kernel.start();
    cleanups.push(() => kernel.stop());
    const { messages } = listen(kernel, '/traffic');
    await vi.waitFor(() => expect(messages.length).toBe(1), 30_000);
    expect(Object.keys(JSON.parse(messages[0] ?? ''))).toEqual(keys);
  });
});
