import { describe, expect, it } from 'vitest';
import { createKernelModel, downloaded } from '../../test/device-models.ts';
import { domainOf } from '../host/node-domains.ts';
import { EMPTY_CATALOG, type Frame } from '../ledger/frame.ts';
import { createLedger, type Ledger } from '../ledger/ledger.ts';
import { countedBetween, type MergeInput, merge, withMore } from './merge.ts';

const OPTIONS = { localNodes: [], domainOf, familyCap: 2 };

/** A ledger that has seen a first frame, and a kernel to go on with. */
function begin() {
  const kernel = createKernelModel();
  const ledger = createLedger({ ...OPTIONS, familyCap: 50 });
  ledger.apply(kernel.frame(), EMPTY_CATALOG);
  return { kernel, ledger };
}

/** The next frame, in which one new connection has moved so many bytes from a host. */
function moved({ kernel, ledger }: ReturnType<typeof begin>, bytes: number, host: string): void {
  Object.assign(kernel.state, { life: kernel.state.life + 1, moved: 0 });
  kernel.move(bytes);
  const frame = kernel.frame();
  const connections = frame.connections.map((each) => ({ ...each, details: { ...each.details, host } }));
  ledger.apply({ ...frame, connections } satisfies Frame, EMPTY_CATALOG);
}

const hosts = (ledger: Ledger) => ledger.counters().families.host.map(({ key, bytes }) => [key, bytes]);

/** What a device without a state makes of it, whose own ledger this is. */
function afterLoss(pushed: Ledger, own: Ledger, mark: MergeInput['mark'], countGap = true) {
  const input = { pushed: pushed.counters(), acceptedAt: undefined, mark, countGap, own: own.state(), now: 10_000 };
  return merge({ ...input, catalog: EMPTY_CATALOG, options: OPTIONS });
}

describe('counters that are put together', () => {
  it('are what the gateway holds, the gap, and what was counted since the mark', () => {
    const { kernel, ledger } = begin();
    kernel.move(1000);
    ledger.apply(kernel.frame(), EMPTY_CATALOG);
    kernel.move(300);
    const own = createLedger(OPTIONS);
    own.apply(kernel.frame(), EMPTY_CATALOG);
    const mark = own.state();
    kernel.move(40);
    own.apply(kernel.frame(), EMPTY_CATALOG);
    const downloads = (countGap: boolean) => {
      const all = afterLoss(ledger, own, mark, countGap);
      return [all.upToMark, all.ledger].map((state) => downloaded(createLedger(OPTIONS, state).counters()));
    };
    expect(downloads(true)).toEqual([1300, 1340]);
    expect(downloads(false)).toEqual([1000, 1040]);
  });

  it('leave a gap that no connection explains unattributed, a frame later', () => {
    const { kernel, ledger } = begin();
    kernel.move(500);
    const own = createLedger(OPTIONS);
    own.apply({ ...kernel.frame(), connections: [] }, EMPTY_CATALOG);
    const all = createLedger(OPTIONS, afterLoss(ledger, own, own.state()).ledger);
    expect(all.counters()).toMatchObject({ kernel: { download: 500 }, carry: { download: 500 } });
    all.apply({ ...kernel.frame(), connections: [] }, EMPTY_CATALOG);
    expect(all.counters()).toMatchObject({ traffic: [{ class: 'unattributed', bytes: 500 }], carry: { download: 0 } });
  });

  it('name no more keys than the cap: those that were pushed keep theirs, others are other', () => {
    const pushed = begin();
    moved(pushed, 1, 'a.com');
    const own = begin();
    moved(own, 10, 'b.com');
    moved(own, 100, 'c.com');
    moved(own, 1000, 'a.com');
    const sum = createLedger(OPTIONS, withMore(pushed.ledger.state(), own.ledger.state(), OPTIONS));
    expect(hosts(sum).toSorted()).toEqual([
      ['a.com', 1001],
      ['b.com', 10],
      ['other', 100],
    ]);
    expect(sum.counters().kernel.download).toBe(1111);
  });

  it('hold what was counted since a state once', () => {
    const one = begin();
    moved(one, 5, 'a.com');
    const earlier = one.ledger.state();
    moved(one, 70, 'a.com');
    const since = countedBetween(one.ledger.state(), earlier);
    expect(since).toMatchObject({ kernel: { download: 70 }, families: { host: [{ bytes: 70 }] } });
    expect(withMore(earlier, since, OPTIONS).kernel).toEqual(one.ledger.state().kernel);
  });
});
