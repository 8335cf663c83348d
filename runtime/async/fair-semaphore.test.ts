import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFairSemaphore } from './fair-semaphore.ts';

/** Long enough for every promise that can be kept to be. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

function desk(atOnce: number) {
  const turns = createFairSemaphore(atOnce);
  const begun: { readonly who: string; readonly end: () => void }[] = [];
  const ask = (who: string, signal: AbortSignal = new AbortController().signal): void => {
    void turns.take(who, signal).then((end) => {
      if (end !== undefined) begun.push({ who, end });
    });
  };
  return { ask, begun, who: () => begun.map(({ who }) => who).join('') };
}

describe('turns of a fair semaphore', () => {
  it('leave half of all to others, whatever one asks', async () => {
    const { ask, who } = desk(4);
    for (let count = 0; count < 100; count += 1) ask('a');
    await settle();
    expect(who()).toBe('aa');
    ask('b');
    ask('c');
    await settle();
    expect(who()).toBe('aabc');
  });

  it('go first to whoever has the fewest under way, then to who came first', async () => {
    const { ask, begun, who } = desk(3);
    for (const each of 'aabbaca') ask(each);
    await settle();
    expect(who()).toBe('aab');
    begun[2]?.end();
    await settle();
    expect(who()).toBe('aabb');
    begun[3]?.end();
    await settle();
    expect(who()).toBe('aabbc');
  });

  it('are not waited for by who has left', async () => {
    const { ask, begun, who } = desk(1);
    const leaving = new AbortController();
    ask('a');
    ask('b', leaving.signal);
    ask('c');
    ask('d', AbortSignal.abort());
    leaving.abort();
    await settle();
    begun[0]?.end();
    await settle();
    expect(who()).toBe('ac');
  });

  it('come to everybody in the end, never more at once than there are, nor more than half of them to one', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 6 }),
        fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 30 }),
        async (atOnce, askers) => {
          const { ask, begun } = desk(atOnce);
          for (const each of askers) ask(each);
          let ended = 0;
          for (await settle(); ended < begun.length; await settle()) {
            const open = begun.slice(ended);
            expect(open.length).toBeLessThanOrEqual(atOnce);
            for (const each of 'abc') {
              expect(open.filter(({ who }) => who === each).length).toBeLessThanOrEqual(Math.ceil(atOnce / 2));
            }
            begun[ended]?.end();
            ended += 1;
          }
          expect(begun).toHaveLength(askers.length);
        },
      ),
    );
  });
});
