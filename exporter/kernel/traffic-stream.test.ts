import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Clock, systemClock } from '../../runtime/async.ts';
import { createLogger } from '../../runtime/logger.ts';
import { connectionsMessage, type ScriptedKernel, startScriptedKernel } from '../../test/scripted-kernel.ts';
import { nodeNetwork } from '../host/node-network.ts';
import { createKernelClient, type KernelClient, type KernelClientOptions } from './client.ts';
import { decodeTotals } from './decoder/messages.ts';

let kernel: ScriptedKernel;
let client: KernelClient | undefined;
/** What was handed on, in order: `frame 10`, and totals as `20 of this life` or `20 of some life`. */
let received: string[];
let lines: string[];

/** One that nobody waits long with. */
const hurried: Clock = {
  now: systemClock.now,
  sleep: (milliseconds, signal) => systemClock.sleep(Math.min(milliseconds, 100), signal),
};

function start(options: Partial<KernelClientOptions> = {}): void {
  client = createKernelClient({
    network: nodeNetwork,
    address: kernel.address,
    secret: '',
    pollInterval: 100,
    clock: hurried,
    logger: createLogger('test', 'debug', { write: (line: string) => void lines.push(line) }),
    language: () => 'en',
    chance: () => 0,
    onFrame: ({ download, begins }) => received.push(`frame ${download}${begins === true ? ' begins' : ''}`),
    onVersion: () => {},
    onLife: () => {},
    onTotals: ({ upload, download, continues }) =>
      received.push(`${upload} ${download} of ${continues ? 'this' : 'some'} life`),
    onConnectionOpened: () => {},
    onChecks: () => {},
    onLogs: () => {},
    onLink: () => {},
    ...options,
  });
  client.start();
}

const tell = (upload: number, download: number): void =>
  kernel.send('/traffic', `${JSON.stringify({ up: 1, down: 2, upTotal: upload, downTotal: download })}\n`);
const show = (download: number, node = '香港'): void =>
  kernel.send('/connections', connectionsMessage(0, download, [['c', node, 0, download]]));
const asked = (): number => kernel.asked.filter((each) => each === 'WS /traffic').length;
const saidOfTraffic = (): string[] => lines.filter((line) => line.includes('/traffic'));

beforeEach(async () => {
  kernel = await startScriptedKernel();
  received = [];
  lines = [];
});
afterEach(async () => {
  await client?.stop();
  client = undefined;
  await kernel.kill();
});

describe('totals between frames', () => {
  it('are of the life of the frames that came since their stream was opened', async () => {
    start();
    await vi.waitFor(() => expect(received).toEqual(['frame 0 begins']));
    expect(kernel.asked.indexOf('WS /traffic')).toBeLessThan(kernel.asked.indexOf('WS /connections?interval=100'));
    tell(7, 10);
    await vi.waitFor(() => expect(received).toEqual(['frame 0 begins', '7 10 of this life']));

    kernel.cut('/traffic');
    await vi.waitFor(() => expect(asked()).toBe(2));
    await vi.waitFor(() => expect(kernel.open('/traffic')).toBe(1));
    tell(7, 20);
    await vi.waitFor(() => expect(received.at(-1)).toBe('7 20 of some life'));
    show(30);
    await vi.waitFor(() => expect(received.at(-1)).toBe('frame 30'));
    tell(7, 40);
    await vi.waitFor(() => expect(received.at(-1)).toBe('7 40 of this life'));
  });

  it('are of a life that is not known where frames come by GET', async () => {
    kernel.answers.set('/connections', JSON.parse(connectionsMessage(0, 5)));
    start();
    await vi.waitFor(() => expect(kernel.open('/connections')).toBe(1));
    // A WebSocket that opened and brought nothing.
    kernel.cut('/connections');
    await vi.waitFor(() => expect(received).toContain('frame 5'));
    tell(0, 10);
    await vi.waitFor(() => expect(received).toContain('0 10 of some life'));
    expect(received.join()).not.toContain('this life');
  });

  it('wait behind a frame that waits for the catalog', async () => {
    start();
    await vi.waitFor(() => expect(received).toEqual(['frame 0 begins']));
    show(10, '新加坡');
    tell(0, 20);
    await vi.waitFor(() => expect(received).toEqual(['frame 0 begins', 'frame 10', '0 20 of this life']));
  });

  it('start again with each link to the kernel', async () => {
    start();
    await vi.waitFor(() => expect(received).toEqual(['frame 0 begins']));
    kernel.cut('/connections');
    await vi.waitFor(() => expect(received).toEqual(['frame 0 begins', 'frame 0 begins']));
    await vi.waitFor(() => expect(kernel.open('/traffic')).toBe(1));
    expect(asked()).toBe(2);
  });

  it('are not listened to on a kernel that is too old to tell them', async () => {
    start();
    await vi.waitFor(() => expect(received).toEqual(['frame 0 begins']));
    kernel.send('/traffic', '{"up":1,"down":2}');
    await vi.waitFor(() => expect(kernel.open('/traffic')).toBe(0));
    for (const download of [10, 20, 30]) show(download);
    await vi.waitFor(() => expect(received.at(-1)).toBe('frame 30'));
    await systemClock.sleep(300, AbortSignal.timeout(5000));
    expect(asked()).toBe(1);
    expect(saidOfTraffic()).toEqual([expect.stringContaining('too old to tell its totals')]);
  });

  it('that cannot be counted are said once and left out, and the next ones count', async () => {
    start();
    await vi.waitFor(() => expect(received).toEqual(['frame 0 begins']));
    for (let time = 0; time < 3; time += 1) tell(0, 2 ** 53);
    tell(0, 40);
    await vi.waitFor(() => expect(received).toEqual(['frame 0 begins', '0 40 of this life']));
    expect(saidOfTraffic()).toEqual([expect.stringMatching(/downTotal: 9007199254740992 is beyond 2\^53/)]);
  });

  it('that are refused keep nothing else waiting, and the secret is not told', async () => {
    kernel.secret = 'a secret';
    kernel.webSockets = false;
    start({ secret: 'a secret' });
    await vi.waitFor(() => expect(received.length).toBeGreaterThan(3));
    expect(kernel.open('/traffic')).toBe(0);
    expect(lines.join()).not.toContain('a secret');
  });
});

describe('a /traffic message', () => {
  it('tells the totals of a kernel of June 2026', () => {
    expect(decodeTotals(Buffer.from('{"up":1016,"down":75000,"upTotal":50944,"downTotal":15075000}\n'))).toEqual({
      upload: 50_944,
      download: 15_075_000,
    });
  });

  it('tells none on an older kernel', () => {
    expect(decodeTotals(Buffer.from('{"up":1016,"down":75000}'))).toBeUndefined();
  });

  it.each([
    ['{"up":1016,"do', 'the message of 14 bytes is not whole JSON'],
    ['null', 'the message of 4 bytes is not whole JSON'],
    ['{"message":"Unauthorized"}', 'upTotal: expected a whole number of bytes'],
    ['{"up":0,"down":0,"upTotal":5}', 'downTotal: expected a whole number of bytes'],
    ['{"up":0,"down":0,"upTotal":-1,"downTotal":0}', 'upTotal: expected a whole number of bytes'],
    ['{"up":0,"down":0,"upTotal":1,"downTotal":9007199254740993}', 'downTotal: 9007199254740992 is beyond 2^53'],
  ])('is refused when it cannot be counted: %s', (text, reason) => {
    expect(() => decodeTotals(Buffer.from(text))).toThrow(reason);
  });
});
