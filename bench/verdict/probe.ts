import { playTask, type Task } from './tasks.ts';

/** Plays some households in a process of its own. */
export async function verdictProbe(input: unknown): Promise<unknown> {
  return playTask(input as Task);
}
