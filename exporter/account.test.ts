import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Account, createAccount, newAccount, type ReadBack, type SavedAccount } from './account.ts';
import { EMPTY_CATALOG, type Frame } from './ledger/frame.ts';
import { createLedger, type LedgerCounters } from './ledger/ledger.ts';

const OPTIONS = { localNodes: ['ua3f'], familyCap: 50 };
const KERNEL = 'http://127.0.0.1:9097';

/** A kernel whose one connection moves all bytes; `life` tells its connection from those of other lives. */
function createKernel() {
  const state = { at: 1000, life: 0, total: 0, moved: 0, everMoved: 0 };
  return {
    state,
    move(bytes: number): void {
      state.total += bytes;
      state.moved += bytes;
      state.everMoved += bytes;
    },
    restart(): void {
      state.life += 1;
      state.total = 0;
      state.moved = 0;
    },
    frame(): Frame {
      state.at += 1000;
      const details = {
        start: 500 + state.life,
        network: 'tcp',
        type: 'Socks5',
        sourceIP: '192.168.1.7',
        sourcePort: '1',
        host: 'example.com',
        destinationPort: '443',
        process: '',
        inboundUser: '',
        chains: ['香港', '节点'],
        provider: undefined,
        rule: 'Match',
        rulePayload: '',
      };
      const connections = [{ id: `c${state.life}`, upload: 0, download: state.moved, details }];
      return { at: state.at, upload: 0, download: state.total, memory: 0, connections };
    },
  };
}

const throughJson = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;
const open = (saved: SavedAccount): Account => createAccount(throughJson(saved), OPTIONS);
const fresh = (stateId: string, deviceId = 'a'): Account => open(newAccount(deviceId, KERNEL, stateId));
const downloaded = (counters: LedgerCounters): number =>
  counters.traffic.reduce((sum, { direction, bytes }) => sum + (direction === 'download' ? bytes : 0), 0);

/** A gateway that accepts what the real one does: nothing older and nothing that fell. */
function createGateway() {
  const kept = new Map<string, { stateId: string; sequence: number; counters: LedgerCounters }>();
  return {
    readBack(deviceId: string): ReadBack {
      const found = kept.get(deviceId);
      return found === undefined ? { kind: 'nothing' } : throughJson({ kind: 'found', ...found });
    },
    push(saved: SavedAccount, counters: LedgerCounters): boolean {
      const last = kept.get(saved.deviceId);
      if (last !== undefined) {
        if (last.stateId === saved.stateId && last.sequence >= saved.sequence) return false;
        if (counters.kernel.download < last.counters.kernel.download) return false;
        if (downloaded(counters) < downloaded(last.counters)) return false;
      }
      kept.set(saved.deviceId, { stateId: saved.stateId, sequence: saved.sequence, counters: throughJson(counters) });
      return true;
    },
    held: (deviceId: string) => kept.get(deviceId)?.counters,
  };
}

/** What the pusher does, without its waiting. */
function push(
  account: Account,
  gateway: ReturnType<typeof createGateway>,
  write: (saved: SavedAccount) => void,
): boolean {
  if (account.mustAsk()) account.reconcile(gateway.readBack(account.deviceId));
  const saved = account.beginPush();
  write(saved);
  if (gateway.push(saved, account.counters())) {
    account.accepted();
    return true;
  }
  account.fellBehind();
  return false;
}

const nowhere = (): void => {};

describe('an account', () => {
  it('begins silently where neither it nor the gateway knows anything', () => {
    const kernel = createKernel();
    const account = fresh('one');
    kernel.move(5000);
    expect(account.apply(kernel.frame(), EMPTY_CATALOG)).toMatchObject({
      kind: 'baseline',
      skipped: { download: 5000 },
    });
    expect(account.reconcile({ kind: 'nothing' })).toBe('began');
    kernel.move(70);
    account.apply(kernel.frame(), EMPTY_CATALOG);
    expect(downloaded(account.counters())).toBe(70);
  });

  it('takes all series and their baseline from the gateway when its state is gone, and counts the gap', () => {
    const kernel = createKernel();
    const gateway = createGateway();
    const before = fresh('one');
    before.apply(kernel.frame(), EMPTY_CATALOG);
    kernel.move(1000);
    before.apply(kernel.frame(), EMPTY_CATALOG);
    push(before, gateway, nowhere);
    kernel.move(300);
    const after = fresh('two');
    after.apply(kernel.frame(), EMPTY_CATALOG);
    kernel.move(40);
    after.apply(kernel.frame(), EMPTY_CATALOG);
    expect(after.reconcile(gateway.readBack('a'))).toBe('resumed');
    expect(downloaded(after.counters())).toBe(1340);
    expect(after.save()).toMatchObject({ stateId: 'two', sequence: 0 });
  });

  it('loses nothing to a kernel that restarted while the gateway could not be asked', () => {
    const kernel = createKernel();
    const gateway = createGateway();
    const before = fresh('one');
    before.apply(kernel.frame(), EMPTY_CATALOG);
    kernel.move(1000);
    before.apply(kernel.frame(), EMPTY_CATALOG);
    push(before, gateway, nowhere);
    const after = fresh('two');
    kernel.move(500);
    after.apply(kernel.frame(), EMPTY_CATALOG);
    kernel.restart();
    kernel.move(70);
    after.apply(kernel.frame(), EMPTY_CATALOG);
    after.reconcile(gateway.readBack('a'));
    expect(downloaded(after.counters())).toBe(1570);
  });

  it('takes the gateway’s counters when its state is an old copy', () => {
    const kernel = createKernel();
    const gateway = createGateway();
    let copy: SavedAccount | undefined;
    const account = fresh('one');
    account.apply(kernel.frame(), EMPTY_CATALOG);
    push(account, gateway, (saved) => {
      copy = throughJson(saved);
    });
    kernel.move(1000);
    account.apply(kernel.frame(), EMPTY_CATALOG);
    push(account, gateway, nowhere);
    const restored = open(copy ?? account.save());
    kernel.move(1);
    restored.apply(kernel.frame(), EMPTY_CATALOG);
    expect(restored.reconcile(gateway.readBack('a'))).toBe('resumed');
    expect(downloaded(restored.counters())).toBe(1001);
    expect(restored.beginPush().sequence).toBe(3);
  });

  it('goes on by itself when its state is the newest', () => {
    const gateway = createGateway();
    const account = fresh('one');
    push(account, gateway, nowhere);
    expect(open(account.beginPush()).reconcile(gateway.readBack('a'))).toBe('went_on');
  });

  it('counts each byte under one of two names when it is renamed', () => {
    const kernel = createKernel();
    const gateway = createGateway();
    const account = fresh('one');
    account.apply(kernel.frame(), EMPTY_CATALOG);
    kernel.move(1000);
    account.apply(kernel.frame(), EMPTY_CATALOG);
    push(account, gateway, nowhere);
    kernel.move(200);
    account.apply(kernel.frame(), EMPTY_CATALOG);
    kernel.restart();
    kernel.move(30);
    account.apply(kernel.frame(), EMPTY_CATALOG);
    const renamed = open(account.rename('b', 'two'));
    kernel.move(4);
    renamed.apply(kernel.frame(), EMPTY_CATALOG);
    push(renamed, gateway, nowhere);
    expect(downloaded(renamed.counters())).toBe(234);
    const back = open(renamed.rename('a', 'three'));
    kernel.move(5);
    back.apply(kernel.frame(), EMPTY_CATALOG);
    push(back, gateway, nowhere);
    expect(downloaded(back.counters())).toBe(1005);
  });

  it('takes all it counted along when nothing was pushed under the first name', () => {
    const kernel = createKernel();
    const account = fresh('one');
    account.apply(kernel.frame(), EMPTY_CATALOG);
    kernel.move(9);
    account.apply(kernel.frame(), EMPTY_CATALOG);
    const renamed = open(account.rename('b', 'two'));
    expect(renamed.reconcile({ kind: 'nothing' })).toBe('began');
    expect(downloaded(renamed.counters())).toBe(9);
  });

  it('takes a kernel at another address for the same only if a connection survives', () => {
    const kernel = createKernel();
    const account = fresh('one');
    account.apply(kernel.frame(), EMPTY_CATALOG);
    kernel.move(10);
    account.apply(kernel.frame(), EMPTY_CATALOG);
    account.moveTo('http://localhost:9097');
    kernel.move(5);
    account.apply(kernel.frame(), EMPTY_CATALOG);
    expect(downloaded(account.counters())).toBe(15);

    account.moveTo('http://192.168.1.1:9090');
    const other = createKernel();
    other.restart();
    other.move(1_000_000);
    const reopened = open(account.save());
    reopened.moveTo('http://192.168.1.1:9090');
    expect(reopened.apply(other.frame(), EMPTY_CATALOG).kind).toBe('baseline');
    other.move(7);
    reopened.apply(other.frame(), EMPTY_CATALOG);
    expect(downloaded(reopened.counters())).toBe(22);
    expect(reopened.save().kernelAddress).toBe('http://192.168.1.1:9090');
  });

  it('pushed before any frame is nothing to resume from', () => {
    const gateway = createGateway();
    push(fresh('one'), gateway, nowhere);
    const kernel = createKernel();
    kernel.move(100);
    const account = fresh('two');
    account.apply(kernel.frame(), EMPTY_CATALOG);
    kernel.move(20);
    account.apply(kernel.frame(), EMPTY_CATALOG);
    expect(account.reconcile(gateway.readBack('a'))).toBe('began');
    expect(downloaded(account.counters())).toBe(20);
  });
});

type Step =
  | { readonly kind: 'move'; readonly bytes: number }
  | { readonly kind: 'frame' | 'kernel restart' | 'push' | 'lost answer' | 'lost push' | 'save' }
  | { readonly kind: 'crash'; readonly state: 'kept' | 'old copy' | 'gone' };

const steps = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ kind: fc.constant('move' as const), bytes: fc.integer({ min: 1, max: 1e9 }) }),
    },
    { weight: 6, arbitrary: fc.record({ kind: fc.constantFrom('frame' as const, 'push' as const) }) },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constantFrom('lost answer' as const, 'lost push' as const, 'kernel restart' as const, 'save' as const),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('crash' as const),
        state: fc.constantFrom('kept' as const, 'old copy' as const, 'gone' as const),
      }),
    },
  ),
  { maxLength: 60 },
);

it('never lets a pushed counter fall and loses no byte that a frame showed, whatever fails when', () => {
  fc.assert(
    fc.property(steps, (script: readonly Step[]) => {
      const kernel = createKernel();
      const gateway = createGateway();
      const disk: SavedAccount[] = [];
      const write = (saved: SavedAccount): void => void disk.push(throughJson(saved));
      let states = 1;
      let unpushedLife = false;
      let account = fresh('s1');
      // The device was installed, and its first push accepted, before anything goes wrong.
      account.apply(kernel.frame(), EMPTY_CATALOG);
      push(account, gateway, write);
      const look = (): void => void account.apply(kernel.frame(), EMPTY_CATALOG);
      for (const step of script) {
        if (step.kind === 'move') kernel.move(step.bytes);
        if (step.kind === 'frame') look();
        if (step.kind === 'kernel restart') {
          // What moves after the last frame of a kernel is nobody's to know; nor, to the byte, what a kernel moved that
          // was gone and followed by another while nobody looked.
          look();
          kernel.restart();
          look();
          write(account.save());
          unpushedLife = true;
        }
        if (step.kind === 'push' && push(account, gateway, write)) unpushedLife = false;
        if (step.kind === 'lost push' && !account.mustAsk()) write(account.beginPush());
        if (step.kind === 'lost answer' && !account.mustAsk()) {
          const saved = account.beginPush();
          write(saved);
          gateway.push(saved, account.counters());
        }
        if (step.kind === 'save') write(account.save());
        if (step.kind === 'crash') {
          // A life of the kernel that only the newest state tells of cannot outlive it.
          const state = unpushedLife ? 'kept' : step.state;
          const saved = state === 'kept' ? disk.at(-1) : state === 'old copy' ? disk[0] : undefined;
          if (state === 'gone') states += 1;
          account = saved === undefined ? fresh(`s${states}`) : open(saved);
          // An old copy does not know that it is one until it asks.
          if (state === 'old copy') account.reconcile(gateway.readBack('a'));
        }
        expect(downloaded(account.counters()) + account.counters().carry.download).toBe(
          account.counters().kernel.download,
        );
      }
      look();
      for (let tries = 0; !push(account, gateway, write); tries += 1) expect(tries).toBeLessThan(3);
      const held = gateway.held('a');
      expect(held?.kernel.download).toBe(kernel.state.everMoved);
    }),
    { numRuns: 300 },
  );
});

it('has a state that is plain JSON', () => {
  const account = fresh('one');
  account.apply(createKernel().frame(), EMPTY_CATALOG);
  const saved = account.save();
  expect(createLedger(OPTIONS, throughJson(saved).ledger).counters()).toEqual(account.counters());
});
