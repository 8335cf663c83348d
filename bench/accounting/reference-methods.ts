import { createFrameDecoder } from '../../exporter/kernel/decoder/frame-decoder.ts';
import { classify } from '../../exporter/ledger/attribution.ts';
import type { ConnectionDetails, Frame } from '../../exporter/ledger/frame.ts';
import { type RecordedMessage, sampleMessages } from '../../exporter/replay/recording.ts';
import type { Counted } from './method.ts';
import { LOCAL_NODES, type Scenario } from './scenario.ts';

/** A way of accounting that other programs use. All see the kernel from its first byte on. */
export interface ReferenceMethod {
  readonly title: string;
  /** Milliseconds between frames. */
  readonly interval: number;
  /** @param phase milliseconds into the scenario at which the first frame is taken */
  count(scenario: Scenario, phase: number): Counted;
}

/** The class of a group's name alone, as the earlier FlowCollect had it: what a group chose plays no part. */
function classByName(name: string): string {
  const lower = name.toLowerCase();
  return lower === 'direct' ? 'direct' : lower === 'ua3f' ? 'local' : 'proxy';
}

const groupOf = ({ chains }: ConnectionDetails): string => chains.at(-1) ?? '';
const nodeOf = ({ chains }: ConnectionDetails): string => chains[0] ?? '';

export const REFERENCE_METHODS: readonly ReferenceMethod[] = [
  {
    title: 'GET every 10 s, keyed by the outer group',
    interval: 10_000,
    count: (scenario, phase) =>
      countDeltas(framesOf(scenario.messages, 10_000, phase), groupOf, (details) => classByName(groupOf(details))),
  },
  {
    title: '1 s deltas, first sight = lifetime',
    interval: 1000,
    count: (scenario, phase) =>
      countDeltas(framesOf(scenario.messages, 1000, phase), nodeOf, (details) => classByType(details, scenario)),
  },
  {
    title: '500 ms deltas, remainder clamped',
    interval: 500,
    count(scenario, phase) {
      const frames = framesOf(scenario.messages, 500, phase);
      const counted = countDeltas(frames, nodeOf, (details) => classByType(details, scenario));
      const unknown = clampedRemainder(frames);
      return {
        byClass: new Map([...counted.byClass, ['unattributed', unknown]]),
        byNode: new Map([...counted.byNode, ['unattributed', unknown]]),
      };
    },
  },
];

function classByType(details: ConnectionDetails, { catalog }: Scenario): string {
  const node = nodeOf(details);
  return classify(node, catalog.typeOf(node), new Set(LOCAL_NODES));
}

function framesOf(messages: readonly RecordedMessage[], interval: number, phase: number): Frame[] {
  const decoder = createFrameDecoder();
  return sampleMessages(messages, interval, phase).map(({ t, text }) => decoder.decode(Buffer.from(text), t));
}

/**
 * Adds up how far each connection came since the frame before, all of it at first sight. What moved after its last
 * frame, and what lived between two, is lost.
 */
export function countDeltas(
  frames: readonly Frame[],
  keyOf: (details: ConnectionDetails) => string,
  classOf: (details: ConnectionDetails) => string,
): Counted {
  const byClass = new Map<string, number>();
  const byNode = new Map<string, number>();
  let before = new Map<string, number>();
  for (const { connections } of frames) {
    const now = new Map<string, number>();
    for (const { id, download, details } of connections) {
      const delta = Math.max(0, download - (before.get(id) ?? 0));
      now.set(id, download);
      add(byClass, classOf(details), delta);
      add(byNode, keyOf(details), delta);
    }
    before = now;
  }
  return { byClass, byNode };
}

/**
 * What the totals grew by beyond the connections, frame by frame, held at zero where it is negative. The kernel reads
 * the two at different moments, so that it often is, and the sum only ever comes out too high.
 */
export function clampedRemainder(frames: readonly Frame[]): number {
  let remainder = 0;
  let totalBefore = 0;
  let before = new Map<string, number>();
  for (const { download: total, connections } of frames) {
    let measured = 0;
    for (const { id, download } of connections) measured += Math.max(0, download - (before.get(id) ?? 0));
    remainder += Math.max(0, total - totalBefore - measured);
    totalBefore = total;
    before = new Map(connections.map(({ id, download }) => [id, download]));
  }
  return remainder;
}

function add(sums: Map<string, number>, key: string, bytes: number): void {
  sums.set(key, (sums.get(key) ?? 0) + bytes);
}
