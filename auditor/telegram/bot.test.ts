import { mkdtemp, symlink } from 'node:fs/promises';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Language } from '../../core/language.ts';
import { systemClock } from '../../runtime/async.ts';
import { createLogger } from '../../runtime/logger.ts';
import { createTelegram, type SentMessage, type TelegramSimulator } from '../../simulator/telegram.ts';
import { exampleAirport, exampleFindings, exampleModel } from '../../test/example-reports.ts';
import { OBJECT_NAMES } from '../../test/object-names.ts';
import { createLiveView, type LiveView, type OwnedAirport } from '../audit/latest.ts';
import type { Verdict } from '../verdict/verdict.ts';
import { newsOf, startTelegramBot, type TelegramBot } from './bot.ts';
import { CODE_LIVES, makeBindingCode } from './chats.ts';

const GB = 2 ** 30;
const TOKEN = '123456:hunter2';
const DAY = { zone: 'Asia/Shanghai', dayEnds: '23:55' };
const NOON = Date.parse('2026-11-23T12:00:00+08:00');
const [ALICE, BOB] = [10, 20];

let folder: string;
let telegram: TelegramSimulator;
let view: LiveView;
let bot: TelegramBot | undefined;
let now: number;
let lines: string[];

const sum = (user: string, instance: string, bytes: number) => ({
  labels: { user, instance, class: 'proxy', node: '香港 01', direction: 'download' },
  bytes,
});
function audited(...airports: readonly OwnedAirport[]): void {
  view.audited(airports);
}
function start(over: { language?: Language; proxy?: string } = {}): void {
  bot = startTelegramBot({
    config: { token: TOKEN, apiRoot: telegram.origin(), proxy: over.proxy },
    folder,
    language: over.language ?? 'zh',
    day: DAY,
    view,
    clock: { now: () => now, sleep: (_, signal) => systemClock.sleep(20, signal) },
    logger: createLogger('auditor', 'info', { write: (line) => lines.push(line) }),
  });
}
/** The answer that comes after what was sent so far. */
async function answer(act: () => void): Promise<SentMessage> {
  const before = telegram.sent.length;
  act();
  return vi.waitFor(
    () => {
      const sent = telegram.sent[before];
      if (sent === undefined) throw new Error(`no answer; ${lines.join('')}`);
      return sent;
    },
    { timeout: 10_000, interval: 5 },
  );
}
const say = (chat: number, text: string): Promise<SentMessage> => answer(() => telegram.say(chat, text));
async function bind(chat: number, user: string): Promise<void> {
  expect((await say(chat, await makeBindingCode(folder, user, now))).text).toContain(user);
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flowcollect-telegram-'));
  [now, lines] = [NOON, []];
  telegram = createTelegram({ port: 0, token: TOKEN, clock: () => now });
  await telegram.start();
  view = createLiveView();
  view.sums(NOON, {
    known: true,
    sums: [sum('alice', 'alice-phone', 3 * GB), sum('bob', 'bob-laptop', 7 * GB)],
    presence: [
      { user: 'alice', device: 'alice-phone', lastPush: NOON },
      { user: 'bob', device: 'bob-laptop', lastPush: NOON },
    ],
  });
  audited(
    { user: 'alice', model: exampleAirport({ airport: 'alice.yaml' }) },
    { user: 'bob', model: exampleAirport({ airport: 'bob.yaml' }) },
  );
});
afterEach(async () => {
  await bot?.stop();
  await telegram.stop();
  expect(lines.join('')).not.toContain('hunter2');
});

it('tells nothing to a chat that is bound to nobody', async () => {
  start();
  for (const said of ['/today', '/report', '/start', 'hello', 'WRONGCODE2']) {
    const { text, buttons } = await say(ALICE, said);
    expect(text).toContain('flowcollect telegram code');
    expect(text).not.toContain('GB');
    expect(buttons).toEqual([]);
  }
});

it('binds one chat with a code, once, and not for ever', async () => {
  start();
  const code = await makeBindingCode(folder, 'alice', now);
  expect((await say(ALICE, `/start ${code.toLowerCase()}`)).text).toBe('已绑定用户 alice。');
  expect((await say(BOB, code)).text).toContain('已用过或已过期');
  const old = await makeBindingCode(folder, 'alice', now - CODE_LIVES);
  expect((await say(BOB, old)).text).toContain('已用过或已过期');
});

it('says which file it could not use, and how, where a message goes without an answer', async () => {
  const file = join(folder, 'telegram.json');
  await symlink('telegram.json', file);
  start();
  telegram.say(ALICE, '/today');
  await vi.waitFor(() => expect(lines.join('')).toContain(`${file} cannot be used (ELOOP); look at [server] DataDir`), {
    timeout: 10_000,
  });
});

it('stops guessing', async () => {
  start();
  for (let tries = 0; tries < 5; tries += 1) expect((await say(BOB, 'ABCDEFGHJK')).text).toContain('代码不对');
  const code = await makeBindingCode(folder, 'bob', now);
  expect((await say(BOB, code)).text).toContain('试错太多次');
  now += 3_600_000;
  expect((await say(BOB, await makeBindingCode(folder, 'bob', now))).text).toContain('bob');
});

describe('a bound chat', () => {
  beforeEach(async () => {
    start();
    await bind(ALICE, 'alice');
  });

  it.each([
    ['/today', ['今日汇总', '代理流量: 3.00 GiB', '截至 11-23 12:00']],
    ['/devices', ['alice-phone', '代理 3.00 GiB', '最后推送 刚刚']],
    ['/nodes', ['香港 01 | 2x: 3.00 GiB (2× → 6.00 GiB)']],
    ['/airport', ['机场 (alice.yaml)', '剩余: 40.00 GiB']],
    ['/verdict', ['账单吻合', 'alice.yaml 扣除了 14.00 GiB']],
    ['/report', ['流量日报 - 2026-11-23', 'alice.yaml', 'alice-phone']],
  ])('gets an answer to %s, of its own user alone', async (command, parts) => {
    const { text, buttons } = await say(ALICE, command);
    for (const part of parts) expect(text).toContain(part);
    expect(text).not.toContain('bob');
    expect(buttons).toContain('/devices');
  });

  it('is told why today is not known', async () => {
    view.sums(NOON, { known: false, reasons: [{ code: 'prometheus_unreachable', detail: '127.0.0.1:9090' }] });
    expect((await say(ALICE, '/today')).text).toContain('未知：Prometheus（127.0.0.1:9090）没有响应');
  });

  it('may press a button instead', async () => {
    expect((await answer(() => telegram.press(ALICE, '/today'))).text).toContain('3.00 GiB');
  });

  it('is unbound by /stop, of which /help tells: no answers, no warnings, until a code binds it again', async () => {
    await bind(BOB, 'alice');
    expect((await say(ALICE, '/help')).text).toContain('/stop');
    expect(await say(ALICE, '/stop')).toMatchObject({ text: expect.stringContaining('已解除绑定'), buttons: [] });
    for (const said of ['/today', '/stop', '/mute 1'])
      expect((await say(ALICE, said)).text).toContain('还没有绑定用户');
    audited({ user: 'alice', model: exampleAirport({ airport: 'alice.yaml', verdict: exampleFindings.leak }) });
    const before = telegram.sent.length;
    await bot?.announce();
    expect(telegram.sent.slice(before).map(({ chat }) => chat)).toEqual([BOB]);
    await bot?.stop();
    start();
    expect((await say(ALICE, '/today')).text).toContain('还没有绑定用户');
    await bind(ALICE, 'alice');
    expect((await say(ALICE, '/today')).text).toContain('3.00 GiB');
  });

  it('is told about a leak once, and of that of nobody else', async () => {
    const leak = exampleFindings.leak;
    audited(
      { user: 'alice', model: exampleAirport({ airport: 'alice.yaml', verdict: leak }) },
      { user: 'bob', model: exampleAirport({ airport: 'bob.yaml', verdict: leak }) },
    );
    const before = telegram.sent.length;
    await bot?.announce();
    await bot?.announce();
    expect(telegram.sent.slice(before).map(({ chat }) => chat)).toEqual([ALICE]);
    const { text } = telegram.sent[before] ?? { text: '' };
    expect(text).toContain('可能存在代理泄露');
    expect(text).toContain('多 9.00 GiB');
  });

  it.each(OBJECT_NAMES)('is told once of a leak of an airport called %s', async (airport) => {
    audited({ user: 'alice', model: exampleAirport({ airport, verdict: exampleFindings.leak }) });
    const before = telegram.sent.length;
    await bot?.announce();
    await bot?.announce();
    expect(telegram.sent.slice(before).map(({ chat }) => chat)).toEqual([ALICE]);
  });

  it('is told about a leak later when Telegram did not take it, or when it was muted', async () => {
    const leak = exampleFindings.leak;
    audited({ user: 'alice', model: exampleAirport({ airport: 'alice.yaml', verdict: leak }) });
    expect((await say(ALICE, '/mute')).buttons).toEqual(['/mute 1', '/mute 7', '/mute 0']);
    expect((await answer(() => telegram.press(ALICE, '/mute 1'))).text).toContain('到 11-24 12:00 为止');
    const before = telegram.sent.length;
    await bot?.announce();
    expect(telegram.sent.length).toBe(before);
    now += 25 * 3_600_000;
    telegram.fail(502);
    await bot?.announce();
    expect(telegram.sent.length).toBe(before);
    telegram.fail(undefined);
    await bot?.announce();
    expect(telegram.sent[before]?.text).toContain('代理泄露');
  });

  it('is told about a leak though another chat of its user wants no more messages', async () => {
    const leak = exampleFindings.leak;
    audited({ user: 'alice', model: exampleAirport({ airport: 'alice.yaml', verdict: leak }) });
    await bind(BOB, 'alice');
    telegram.block(ALICE);
    const before = telegram.sent.length;
    await bot?.announce();
    expect(telegram.sent.slice(before).map(({ chat }) => chat)).toEqual([BOB]);
  });

  it('stays bound when the service starts again', async () => {
    await bot?.stop();
    start({ language: 'en' });
    await say(ALICE, '/today@flowcollect_bot');
    // A message that was answered just before the stop may come, and be answered, once more.
    await vi.waitFor(() => expect(telegram.sent.map(({ text }) => text).join('\n')).toContain('As of 11-23 12:00'), {
      timeout: 10_000,
    });
  });
});

it('goes on when Telegram is back', async () => {
  telegram.fail(502);
  start();
  await vi.waitFor(() => expect(lines.join('')).toContain('Telegram cannot be used for now'));
  telegram.fail(undefined);
  await bind(ALICE, 'alice');
});

it('reaches Telegram through a proxy', async () => {
  let tunnels = 0;
  const proxy = createServer().on('connect', (request, socket) => {
    tunnels += 1;
    const [host = '', port] = (request.url ?? '').split(':');
    const far = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      far.pipe(socket).pipe(far);
    });
    for (const end of [far, socket]) end.on('error', () => [far, socket].map((each) => each.destroy()));
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  start({ proxy: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` });
  await bind(ALICE, 'alice');
  expect(tunnels).toBeGreaterThan(0);
  await bot?.stop();
  proxy.closeAllConnections();
  await new Promise((resolve) => proxy.close(resolve));
});

const of = (verdict: Verdict) => {
  const airport = exampleAirport({ verdict });
  return newsOf(airport, exampleModel([airport]), 'zh');
};

it('are a leak in each window in which it is seen', () => {
  const [leak] = of(exampleFindings.leak);
  expect(leak?.text).toMatch(/^⚠️ 机场多扣了流量，可能存在代理泄露\n机场 a.yaml 扣除了 23.00 GiB/);
  expect([leak?.key, leak?.isTold(undefined), leak?.isTold(leak.at), leak?.isTold(1)]).toEqual([
    'a.yaml',
    false,
    true,
    false,
  ]);
  expect(of(exampleFindings.leakByAnswer)[0]?.text).toContain('您已确认是泄露');
});

it('are a change, once until another begins', () => {
  const [drift] = of(exampleFindings.drift);
  expect(drift?.text).toMatch(/^📈 机场扣的流量变多了，请留意\n/);
  const since = exampleFindings.drift.drift?.since ?? 0;
  expect([drift?.isTold(undefined), drift?.isTold(since - 1), drift?.isTold(drift.at)]).toEqual([false, false, true]);
});

it('are a steady surplus when it is told, not before it is told again, nor once it is answered', () => {
  const [surplus, ...others] = of(exampleFindings.surplus);
  expect(others).toEqual([]);
  expect(surplus?.text).toMatch(/^📌 机场 a.yaml 自开始以来每天/);
  expect(surplus?.isTold(surplus.at)).toBe(true);
  for (const quiet of [exampleFindings.surplusAgain, exampleFindings.surplusKnown, exampleFindings.learned]) {
    expect(of(quiet)).toEqual([]);
  }
});

it('are told once of airports that are judged together', () => {
  const { drift } = exampleFindings;
  const verdict: Verdict = { ...exampleFindings.pool, kind: 'drift', ...(drift.drift && { drift: drift.drift }) };
  const airports = ['a.yaml', 'b.yaml'].map((airport) => exampleAirport({ airport, verdict }));
  const model = exampleModel(airports);
  expect(airports.map((airport) => newsOf(airport, model, 'en').length)).toEqual([1, 0]);
});
