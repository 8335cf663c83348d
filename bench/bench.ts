import { fork } from 'node:child_process';
import { createOrphanGuard } from '../stack/processes.ts';
import type { Section } from './table.ts';

/** What a bench is given. */
export interface BenchContext {
  /** The checkout's folder. */
  readonly root: string;
  /** Fewer and shorter runs: a check, not a measurement to quote. */
  readonly quick: boolean;
  /** Which parts of a bench to run; all where empty. */
  readonly only: readonly string[];
  /** Simulated years of each part, where they are not the bench's own. */
  readonly years?: number;
  /** The path of clash-exporter, to be measured next to our own. */
  readonly otherExporter?: string;
  /** Runs a probe in a process of its own and gives what it found. @throws Error when it failed */
  probe<Result>(probe: ProbeRequest): Promise<Result>;
}

interface ProbeRequest {
  /** Its name in the table of probes. */
  readonly name: string;
  /** Handed to the probe; plain JSON. */
  readonly input: unknown;
  /** Arguments for Node, such as `--expose-gc`. */
  readonly nodeArguments?: readonly string[];
}

/** Measures one thing about the project; sections are printed as they come. */
export type Bench = (context: BenchContext) => AsyncIterable<Section>;

/** The part of a bench that needs a process of its own; its result is plain JSON. */
export type Probe = (input: unknown) => Promise<unknown>;

/** The argument that makes the program a probe. */
export const PROBE_ARGUMENT = '--probe';

type Answer = { readonly result: unknown } | { readonly problem: string };

/**
 * Starts the program again as a probe and waits for its result. Should this process be ended meanwhile, however, the
 * probe ends too, also one that is too busy to notice.
 *
 * @param program path of the bundle
 * @throws Error when the probe failed or ended without a result
 */
export function runProbe(program: string, { name, input, nodeArguments = [] }: ProbeRequest): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const guard = createOrphanGuard();
    const child = fork(program, [PROBE_ARGUMENT, name], { execArgv: [...nodeArguments] });
    if (child.pid !== undefined) guard.watch(child.pid);
    let answer: Answer = { problem: 'it ended without a result' };
    child.on('message', (message) => {
      answer = message as Answer;
    });
    child.on('error', (error) => {
      guard.close();
      reject(error);
    });
    child.on('exit', () => {
      if (child.pid !== undefined) guard.release(child.pid);
      guard.close();
      if ('result' in answer) resolve(answer.result);
      else reject(new Error(`probe ${name}: ${answer.problem}`));
    });
    child.send({ input });
  });
}

/** The other side of {@link runProbe}: waits for the input, answers, and ends. */
export async function serveProbe(probe: Probe): Promise<void> {
  const { input } = await new Promise<{ input: unknown }>((resolve) => {
    process.once('message', (message) => resolve(message as { input: unknown }));
  });
  let answer: Answer;
  try {
    answer = { result: await probe(input) };
  } catch (error) {
    answer = { problem: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
  await new Promise<void>((resolve) => {
    process.send?.(answer, () => resolve());
  });
  process.disconnect();
}
