import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { SMALL_HEAP_FLAGS } from './small-heap.ts';

/** How large the young generation grows in a process that parses message after message and keeps none, bytes. */
function youngGeneration(flags: readonly string[]): number {
  const script = `
    const v8 = require('node:v8');
    for (const flag of ${JSON.stringify(flags)}) v8.setFlagsFromString(flag);
    const node = (id) => ({ id: 'connection ' + id, up: id, chains: ['a' + id, 'b' + id], host: id + '.example.com' });
    const message = JSON.stringify(Array.from({ length: 5000 }, (_, id) => node(id)));
    for (let round = 0; round < 150; round += 1) JSON.parse(message);
    console.log(v8.getHeapSpaceStatistics().find((space) => space.space_name === 'new_space').space_size);`;
  return Number(execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' }));
}

it('works in a process that has started: the young generation stays small through messages that are garbage at once', () => {
  expect(youngGeneration(SMALL_HEAP_FLAGS)).toBeLessThan(youngGeneration([]) / 4);
});
