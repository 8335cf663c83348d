import { type Batch, playBatch } from './households.ts';

/** Plays some households in a process of its own. */
export async function verdictProbe(input: unknown): Promise<unknown> {
  return playBatch(input as Batch);
}
