import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { SMALL_HEAP_FLAGS } from './small-heap.ts';

/** The largest heap of a process that parses message after message and keeps none, bytes. */
function largestHeap(flags: readonly string[]): number {
  const script = `
    const v8 = require('node:v8');
    for (const flag of ${JSON.stringify(flags)}) v8.setFlagsFromString(flag);
    const message = JSON.stringify(Array.from({ length: 3000 }, (_, id) => ({ id: String(id), name: 'n' + id, up: id })));
    let last, largest = 0;
    for (let round = 0; round < 400; round += 1) {
      last = JSON.parse(message);
      largest = Math.max(largest, process.memoryUsage().heapTotal);
    }
    console.log(largest);`;
  return Number(execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' }));
}

it('keeps a heap of short-lived messages at a fraction of what it would grow to', () => {
  expect(largestHeap(SMALL_HEAP_FLAGS)).toBeLessThan(largestHeap([]) / 2);
});
