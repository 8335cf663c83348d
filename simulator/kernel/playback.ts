import { z } from 'zod';
import { namedSchema } from '../../core/json.ts';
import type { LogLine } from '../household/household.ts';
import type { NodeTotal } from '../household/truth.ts';
import type { KernelSource } from './kernel-source.ts';
import { type Recording, UnplayableError } from './recording.ts';

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
    throw new UnplayableError(`recording ${recording.name} holds no frames`);
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

const proxiesSchema = z.object({ proxies: namedSchema(z.object({ type: z.string() })) });
const ANNOUNCED = /^\[(?:TCP|UDP)\] \S+ --> \S+:(\d+) match .+? using (.+)$/;

/**
 * What a recording moved through each node: the payload that the clients of each destination port saw, shared among
 * the nodes that the log names for that port by how many connections they got.
 *
 * @param share of the recording that has been played; more than 1 when it was played again
 */
function recordedNodeTotals(recording: Recording, share: number): NodeTotal[] {
  const { proxies } = proxiesSchema.parse(JSON.parse(recording.answers.proxies));
  const byPort = connectionsByPort(recording, proxies);
  const totals = new Map<string, NodeTotal>();
  for (const [port, { n, up, down }] of recording.truth) {
    const nodes = byPort.get(port) ?? new Map<string, number>();
    const announced = [...nodes.values()].reduce((sum, count) => sum + count, 0);
    for (const [node, count] of nodes) {
      const part = (value: number): number => Math.round((value * share * count) / announced);
      const sum = totals.get(node);
      totals.set(node, {
        node,
        class: classOf(node, proxies.get(node)?.type ?? ''),
        provider: '',
        counted: true,
        connections: (sum?.connections ?? 0) + part(n),
        upload: (sum?.upload ?? 0) + part(up),
        download: (sum?.download ?? 0) + part(down),
      });
    }
  }
  return [...totals.values()];
}

function connectionsByPort(
  recording: Recording,
  known: ReadonlyMap<string, unknown>,
): Map<string, Map<string, number>> {
  const byPort = new Map<string, Map<string, number>>();
  for (const { payload } of recording.logs) {
    const [, port, target] = ANNOUNCED.exec(payload) ?? [];
    if (port === undefined || target === undefined) continue;
    // Names hold brackets too: `美国 01 [0.5x]` is a node, `流媒体[美国 01 [0.5x]]` a group and its node.
    const node = known.has(target) ? target : target.slice(target.indexOf('[') + 1, -1);
    const nodes = byPort.get(port) ?? new Map<string, number>();
    byPort.set(port, nodes.set(node, (nodes.get(node) ?? 0) + 1));
  }
  return byPort;
}

function classOf(node: string, type: string): NodeTotal['class'] {
  if (node === 'ua3f') return 'local';
  if (type.startsWith('Reject')) return 'reject';
  return ['Direct', 'Compatible', 'Pass', 'PassRule', 'Dns'].includes(type) ? 'direct' : 'proxy';
}
