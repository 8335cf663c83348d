import { expect, it } from 'vitest';
import { createLogger } from '../runtime/logger.ts';
import { createRandom } from '../simulator/random.ts';
import { connection, OPTIONS } from '../test/example-frames.ts';
import type { KernelApi, KernelResult } from './kernel/api.ts';
import { createCatalogSource } from './kernel/catalog.ts';
import { createFrameQueue } from './kernel/client.ts';
import type { ConnectionOpened } from './ledger/frame.ts';
import { createLedger } from './ledger/ledger.ts';

const SECONDS = 100;
const nameOf = (index: number): string => (index % 2 === 0 ? `香港 ${index}` : `家宽 ${index}`);

/**
 * A kernel in global mode, whose short connections the log announces by the group alone (`using GLOBAL`), while somebody
 * switches its node every ten seconds or so, at any instant between two frames.
 *
 * @param perSecond connections
 * @param share of connections that live for seconds, so that frames show them
 * @param asks whether it answers which node the group uses
 * @returns the share of bytes under a node that they did not leave through, and what it were by the list of the start
 */
async function playGlobalMode(perSecond: number, share: number, asks: boolean) {
  const { next: random } = createRandom(`${perSecond} ${share} ${asks}`);
  const switches = [0];
  while ((switches.at(-1) ?? 0) < SECONDS * 1000) switches.push((switches.at(-1) ?? 0) + 5000 + random() * 10_000);
  const nodeAt = (at: number): string => nameOf(switches.findLastIndex((each) => each <= at));
  const nodes = Object.fromEntries(
    switches.map((_, index) => [nameOf(index), { type: index % 2 === 0 ? 'Vless' : 'Direct' }]),
  );
  const all = Array.from({ length: SECONDS * perSecond }, (_, index) => {
    const opensAt = random() * SECONDS * 1000;
    const lasts = random() < share ? 1000 + random() * 4000 : 20 + random() * 200;
    return { id: `c${index}`, port: String(index), opensAt, lasts, bytes: Math.round(2000 + random() * 40_000) };
  }).sort((a, b) => a.opensAt - b.opensAt);

  let now = 0;
  const clock = { now: () => now, sleep: async () => {} };
  const answer = (value: unknown): Promise<KernelResult<unknown>> => Promise.resolve({ kind: 'answer', value });
  const group = () => ({ type: 'Selector', now: asks ? nodeAt(now) : nameOf(0) });
  const api = {
    address: 'http://kernel',
    json: (path: string) =>
      !asks && now > 0
        ? Promise.resolve({ kind: 'problem', problem: { kind: 'refused' } })
        : path === '/proxies'
          ? answer({ proxies: { ...nodes, GLOBAL: group() } })
          : answer(path === '/providers/proxies' ? { providers: {} } : group()),
  } as unknown as KernelApi;
  const { signal } = new AbortController();
  const source = createCatalogSource(
    api,
    clock,
    createLogger('test', 'silent'),
    () => 'en',
    () => {},
    () => {},
  );
  const ledger = createLedger(OPTIONS);
  ledger.setLogsAvailable(true);
  const queue = createFrameQueue(
    source,
    signal,
    (frame, catalog) => ledger.apply(frame, catalog),
    () => {},
  );
  await source.refresh(signal);

  const truth = new Map<string, number>();
  const movedBy = ({ opensAt, lasts, bytes }: (typeof all)[number], at: number): number =>
    Math.round(bytes * Math.min(1, Math.max(0, (at - opensAt) / lasts)));
  for (let second = 0; second <= SECONDS + 6; second += 1) {
    const at = second * 1000;
    for (const { opensAt, port } of all) {
      if (opensAt <= now || opensAt > at || second === 0) continue;
      const opened = { at: opensAt, sourcePort: port, ...OPENED };
      source.noteOpened(opened);
      ledger.noteConnectionOpened(opened);
    }
    now = at;
    const open = all.filter(({ opensAt, lasts }) => opensAt <= at && at < opensAt + lasts);
    queue.accept({
      at,
      upload: 0,
      download: all.reduce((sum, each) => sum + movedBy(each, at), 0),
      memory: 0,
      continues: true,
      connections: open.map((each) =>
        connection(each.id, movedBy(each, at), {
          chains: [nodeAt(each.opensAt), 'GLOBAL'],
          sourceIP: OPENED.sourceIP,
          sourcePort: each.port,
          start: each.opensAt,
        }),
      ),
    });
    await new Promise(setImmediate);
  }
  for (const { opensAt, bytes } of all) truth.set(nodeAt(opensAt), (truth.get(nodeAt(opensAt)) ?? 0) + bytes);
  const booked = (node: string): number =>
    ledger
      .counters()
      .traffic.filter((each) => each.node === node && each.direction === 'download')
      .reduce((sum, { bytes }) => sum + bytes, 0);
  const total = [...truth.values()].reduce((sum, bytes) => sum + bytes, 0);
  return {
    wrong: [...truth].reduce((sum, [node, bytes]) => sum + Math.max(0, booked(node) - bytes), 0) / total,
    wrongByList: 1 - (truth.get(nameOf(0)) ?? 0) / total,
  };
}

const OPENED: Omit<ConnectionOpened, 'at' | 'sourcePort'> = {
  network: 'tcp',
  sourceIP: '192.168.1.2',
  host: 'example.com',
  destinationPort: '443',
  process: 'curl',
  rule: '',
  rulePayload: '',
  group: 'GLOBAL',
  node: 'GLOBAL',
};

it.each([
  ['40 a second', 40, 0, true],
  ['40 a second, of which a frame shows one in fifty for seconds', 40, 0.02, true],
  ['40 a second, and the kernel does not tell what the group uses', 40, 0, false],
  ['5 a second', 5, 0.02, true],
] as const)(
  'books no more than three percent of the bytes of short connections under the wrong node, though it is switched ten times: %s',
  async (_, perSecond, share, asks) => {
    const { wrong, wrongByList } = await playGlobalMode(perSecond, share, asks);
    expect(wrong).toBeLessThan(0.03);
    expect(wrongByList).toBeGreaterThan(0.8);
  },
);
