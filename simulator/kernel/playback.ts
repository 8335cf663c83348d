import { z } from 'zod';
import type { LogLine } from '../household/household.ts';
import type { NodeTotal } from '../household/truth.ts';
import type { KernelSource } from './kernel-source.ts';
import { recordedNodeTotals } from './recorded-nodes.ts';
import { type Recording, RecordingError } from './recording.ts';

const totalsSchema = z.object({ downloadTotal: z.number(), uploadTotal: z.number() });

/**
 * Plays a recording: between two recorded instants it tells what it told last, and at the end it stays at the last
 * frame. Until the kernel is restarted its messages are those of the recording, byte for byte; a restart plays it from
 * the beginning under other connection ids.
 *
 * @param options.startedAt the simulated time (epoch milliseconds) at which the recording begins
 * @param options.phase how far into the recording to begin, in milliseconds
 */
export function createPlayback(
  recording: Recording,
  options: { readonly startedAt: number; readonly phase: number },
): KernelSource {
  const { frames, logs } = recording;
  const first = frames[0];
  const last = frames.at(-1);
  if (first === undefined || last === undefined)
    throw new RecordingError(`recording ${recording.name} holds no frames`);
  const duration = last.at - first.at;

  let life = 0;
  let now = options.startedAt;
  /** The simulated time at which the first frame would have been. */
  let origin = options.startedAt - options.phase;
  let frame = 0;
  let log = 0;
  const position = (): number => Math.min(now - origin, duration);
  const seek = (): LogLine[] => {
    const instant = first.at + (now - origin);
    while ((frames[frame + 1]?.at ?? Infinity) <= instant) frame += 1;
    const from = log;
    while ((logs[log]?.at ?? Infinity) <= instant) log += 1;
    return logs.slice(from, log).map((line) => ({ ...line, at: origin + line.at - first.at }));
  };
  seek();

  const recorded = (): string => (frames[frame] ?? first).message;
  const totals = () => {
    const { downloadTotal, uploadTotal } = totalsSchema.parse(JSON.parse(recorded()));
    return { download: downloadTotal, upload: uploadTotal };
  };
  /** Of all lives together; a recording that was played from the beginning again counts as often. */
  const nodeTotals = (): NodeTotal[] => recordedNodeTotals(recording, life + position() / Math.max(1, duration));

  return {
    advance(to) {
      now = Math.max(now, to);
      return seek();
    },
    message: () => (life === 0 ? recorded() : renamed(recorded(), life)),
    totals,
    // They came to the kernel within a day of each other.
    tellsTotals: frames.some(({ message }) => message.includes('"providerChains":')),
    memory: () => 0,
    answers: () => recording.answers,
    close() {},
    die() {},
    revive() {
      life += 1;
      origin = now;
      frame = 0;
      log = 0;
    },
    nodeTotals,
    truth: () => ({
      kind: 'recording',
      name: recording.name,
      ports: Object.fromEntries(recording.truth),
      nodes: nodeTotals(),
      kernel: totals(),
    }),
    position: () => ({ position: position(), duration }),
  };
}

/** The message with other connection ids, as after a restart; the first eight digits count the lives. */
function renamed(message: string, life: number): string {
  const prefix = life.toString(16).padStart(8, '0');
  return message.replace(/"id":"[0-9a-f]{8}(-[0-9a-f]{4}-)/g, `"id":"${prefix}$1`);
}
