import { afterEach, beforeEach, expect, it } from 'vitest';
import { domainOf } from '../host/node-domains.ts';
import { createLedger } from '../ledger/ledger.ts';
import { type Console, createConsole } from './console.ts';
import type { DeviceView } from './summary.ts';

let written: string;
let logged: string[];
let wake: (() => void)[];
let now: number;
let console: Console;

const view = (deviceId: string): DeviceView => ({
  deviceId,
  kernelAddress: `unix:///run/${deviceId}.sock`,
  link: { kind: 'up', version: 'v1', via: 'websocket' },
  logsUp: true,
  lastFrameAt: 0,
  counters: createLedger({ localNodes: [], domainOf, familyCap: 0, families: [] }).counters(),
  interfaces: { tunRatio: undefined, beyondKernel: undefined },
  today: { since: 0, whole: true, cells: [] },
  gateway: { RemoteServer: 'https://vps.example', section: 'client' },
  push: { kind: 'waiting' },
});

/** Lets that many seconds pass, one by one. */
async function pass(seconds: number): Promise<void> {
  for (let each = 0; each < seconds; each += 1) {
    now += 1000;
    for (const call of wake.splice(0)) call();
    await new Promise(setImmediate);
  }
}

function start(isTTY: boolean, views: () => DeviceView[]): void {
  const write = (text: string): void => {
    written += text;
  };
  console = createConsole({
    output: { isTTY, columns: 100, rows: 30, write },
    clock: {
      now: () => now,
      sleep: (_, signal) =>
        new Promise((resolve) => {
          wake.push(resolve);
          signal.addEventListener('abort', () => resolve());
        }),
    },
    showing: () => ({ language: 'en', zone: 'UTC' }),
    interval: () => 3000,
    views,
    onLine: (line) => logged.push(line),
  });
  console.start();
}

beforeEach(() => {
  written = '';
  logged = [];
  wake = [];
  now = 0;
});
afterEach(() => console.stop());

it('draws a table on a terminal and keeps what is said above it', async () => {
  start(true, () => [view('a')]);
  await pass(1);
  expect(written).toMatch(/^FlowCollect · a · kernel v1/);
  written = '';
  console.say('news');
  expect(written).toMatch(/^.{2,5}news.*\nFlowCollect · a/);
});

it('writes a line for each device at the interval where there is no terminal, and always to the log', async () => {
  start(false, () => [view('a'), view('b')]);
  await pass(2);
  expect(written).toBe('');
  await pass(4);
  expect(written.split('\n').map((line) => line.slice(0, 4))).toEqual(['a · ', 'b · ', 'a · ', 'b · ', '']);
  expect(logged).toHaveLength(4);
});

it('follows kernels that come and go', async () => {
  let names = ['a'];
  start(true, () => names.map(view));
  await pass(1);
  names = ['a', 'b'];
  await pass(1);
  expect(written).toContain('2 devices');
  names = ['b'];
  written = '';
  await pass(1);
  expect(written).toContain('FlowCollect · b');
});
