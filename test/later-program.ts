import { setTimeout as sleep } from 'node:timers/promises';
import { readFileIfExists } from '../runtime/atomic-file.ts';

/** What the set-up of a run writes into a file once it has it, as JSON. */
export async function fromSetup<T>(file: string): Promise<T> {
  for (;;) {
    const text = await readFileIfExists(file);
    if (text !== undefined) return JSON.parse(text) as T;
    await sleep(200);
  }
}
