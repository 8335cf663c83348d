import type { Dimension } from '../../core/metric-contract.ts';
import { domainOf } from '../../exporter/host/node-domains.ts';
import { createFrameDecoder } from '../../exporter/kernel/decoder/frame-decoder.ts';
import { classify } from '../../exporter/ledger/attribution.ts';
import type { ConnectionDetails, Frame } from '../../exporter/ledger/frame.ts';
import { sampleMessages } from '../../exporter/replay/recording.ts';
import { replay } from '../../exporter/replay/replay.ts';
import { type BytesBy, bytesBy } from './misattribution.ts';
import { LOCAL_NODES, type Scenario } from './scenario.ts';

/** What a method of accounting makes of a scenario: downloaded bytes. */
export interface Counted {
  readonly byClass: BytesBy;
}

/** How a scenario is looked at. */
interface Sampling {
  /** Milliseconds between frames. */
  readonly interval: number;
  /** Milliseconds into the scenario at which the first frame is taken. */
  readonly phase: number;
}

interface LedgerCounted extends Counted {
  readonly byNode: BytesBy;
  byDimension(dimension: Dimension): BytesBy;
}

/** More keys than any scenario has, so that no family books a part as `other`. */
const ALL_KEYS = 1000;

/**
 * The ledger as devices run it, from the kernel's first byte on.
 *
 * @throws Error when counters and carry are not the kernel's totals
 */
export function countByLedger(scenario: Scenario, sampling: Sampling & { readonly logs: boolean }): LedgerCounted {
  const { messages, log, catalog, name } = scenario;
  const { series, families, carry, kernel } = replay({
    messages,
    ...(sampling.logs ? { log } : {}),
    catalog,
    ledger: { localNodes: LOCAL_NODES, domainOf, familyCap: ALL_KEYS },
    interval: sampling.interval,
    phase: sampling.phase,
    fromZero: true,
  });
  const downloads = series.filter(({ direction }) => direction === 'download');
  const sum = downloads.reduce((total, { bytes }) => total + bytes, 0);
  if (sum + carry.download !== kernel.download || kernel.download !== scenario.truth.total) {
    throw new Error(`${name}: ${sum} counted and ${carry.download} carried are not ${scenario.truth.total}`);
  }
  const bytesOf = ({ bytes }: { bytes: number }): number => bytes;
  return {
    byClass: bytesBy(downloads, (each) => each.class, bytesOf),
    byNode: bytesBy(downloads, ({ node }) => node, bytesOf),
    byDimension: (dimension) =>
      bytesBy(
        families[dimension].filter(({ direction }) => direction === 'download'),
        ({ key }) => key,
        bytesOf,
      ),
  };
}

/** A way of accounting that other programs use. All see the kernel from its first byte on. */
interface ReferenceMethod {
  readonly title: string;
  /** Milliseconds between frames. */
  readonly interval: number;
  /** @param phase milliseconds into the scenario at which the first frame is taken */
  count(scenario: Scenario, phase: number): Counted;
}

/** The class of a group's name alone, as the earlier FlowCollect had it: what a group chose plays no part. */
function classByGroup({ chains }: ConnectionDetails): string {
  const lower = (chains.at(-1) ?? '').toLowerCase();
  return lower === 'direct' ? 'direct' : lower === 'ua3f' ? 'local' : 'proxy';
}

export const REFERENCE_METHODS: readonly ReferenceMethod[] = [
  {
    title: 'GET every 10 s, keyed by the outer group',
    interval: 10_000,
    count: (scenario, phase) => countDeltas(framesOf(scenario, 10_000, phase), classByGroup),
  },
  {
    title: '1 s deltas, first sight = lifetime',
    interval: 1000,
    count: (scenario, phase) => countDeltas(framesOf(scenario, 1000, phase), classByNode(scenario)),
  },
  {
    title: '500 ms deltas, remainder clamped',
    interval: 500,
    count(scenario, phase) {
      const frames = framesOf(scenario, 500, phase);
      const { byClass } = countDeltas(frames, classByNode(scenario));
      return { byClass: new Map([...byClass, ['unattributed', clampedRemainder(frames)]]) };
    },
  },
];

/** The class of the node that carries a connection, by its type. */
const classByNode =
  ({ catalog }: Scenario) =>
  ({ chains: [node = ''] }: ConnectionDetails): string =>
    classify(node, catalog.typeOf(node), new Set(LOCAL_NODES));

function framesOf({ messages }: Scenario, interval: number, phase: number): Frame[] {
  const decoder = createFrameDecoder();
  return sampleMessages(messages, interval, phase).map(({ t, text }) => decoder.decode(Buffer.from(text), t));
}

/**
 * Adds up how far each connection came since the frame before, all of it at first sight. What moved after its last
 * frame, and what lived between two, is lost.
 */
export function countDeltas(frames: readonly Frame[], classOf: (details: ConnectionDetails) => string): Counted {
  const byClass = new Map<string, number>();
  let before = new Map<string, number>();
  for (const { connections } of frames) {
    const now = new Map<string, number>();
    for (const { id, download, details } of connections) {
      const delta = Math.max(0, download - (before.get(id) ?? 0));
      now.set(id, download);
      const name = classOf(details);
      byClass.set(name, (byClass.get(name) ?? 0) + delta);
    }
    before = now;
  }
  return { byClass };
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
