import type { Section } from './table.ts';

/** What a bench is given. */
export interface BenchContext {
  /** The checkout's folder. */
  readonly root: string;
  /** Fewer and shorter runs: a look, not a measurement to quote. */
  readonly quick: boolean;
  /** Which parts of a bench to run; all where empty. */
  readonly only: readonly string[];
  /** Simulated years of each part, where they are not the bench's own. */
  readonly years?: number;
  /** Runs a probe in a process of its own and gives what it found. @throws Error when it failed */
  probe<Result>(probe: ProbeRequest): Promise<Result>;
}

export interface ProbeRequest {
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
