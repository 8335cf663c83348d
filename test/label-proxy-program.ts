import { setTimeout as sleep } from 'node:timers/promises';
import { inject } from 'vitest';
import { readFileIfExists } from '../runtime/atomic-file.ts';
import type { LabelProxyProgram } from './label-proxy.ts';

/** prom-label-proxy, once the set-up of this run has it, or why there is none. */
export async function labelProxyProgram(): Promise<LabelProxyProgram> {
  for (;;) {
    const text = await readFileIfExists(inject('labelProxyFile'));
    if (text !== undefined) return JSON.parse(text) as LabelProxyProgram;
    await sleep(200);
  }
}
