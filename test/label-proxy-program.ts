import { inject } from 'vitest';
import type { GoProgram } from './go-program.ts';
import { fromSetup } from './later-program.ts';

/** prom-label-proxy, once the set-up of this run has it, or why there is none. */
export const labelProxyProgram = (): Promise<GoProgram> => fromSetup(inject('labelProxyFile'));
