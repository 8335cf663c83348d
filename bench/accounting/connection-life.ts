import type { NodeCatalog } from '../../exporter/kernel/catalog.ts';
import { createFrameDecoder } from '../../exporter/kernel/decoder/frame-decoder.ts';
import { classify } from '../../exporter/ledger/attribution.ts';
import type { RecordedMessage } from '../../exporter/replay/recording.ts';
import type { SimulatedConnection } from '../../simulator/household/connection.ts';
import { movedBy } from '../../simulator/household/connection.ts';
import { type ConnectionLife, LOCAL_NODES } from './scenario.ts';

/**
 * The lives of the connections that a recording shows: as exact as its frames are close, and without those that lived
 * between two of them.
 */
export function livesShown(messages: readonly RecordedMessage[], catalog: NodeCatalog): ConnectionLife[] {
  const decoder = createFrameDecoder();
  const shown = new Map<string, { class: string; points: { at: number; bytes: number }[] }>();
  const times = messages.map(({ t }) => t);
  for (const { t, text } of messages) {
    for (const { id, download, details } of decoder.decode(Buffer.from(text), t).connections) {
      const node = details.chains[0] ?? '';
      const life = shown.get(id) ?? { class: classify(node, catalog.typeOf(node), new Set(LOCAL_NODES)), points: [] };
      life.points.push({ at: t, bytes: download });
      shown.set(id, life);
    }
  }
  const frameAfter = new Map(times.map((t, index) => [t, times[index + 1] ?? Number.POSITIVE_INFINITY]));
  return [...shown.values()].map(({ class: trafficClass, points }) => ({
    class: trafficClass,
    openedAt: points[0]?.at ?? 0,
    closedAt: frameAfter.get(points.at(-1)?.at ?? 0) ?? Number.POSITIVE_INFINITY,
    downloadedBy: (at) => points.findLast((point) => point.at <= at)?.bytes ?? 0,
  }));
}

/** The lives of simulated connections that the kernel's totals count, exact to the byte. */
export function livesSimulated(connections: readonly SimulatedConnection[]): ConnectionLife[] {
  return connections
    .filter(({ counted }) => counted)
    .map(({ node, openedAt, closesAt, download }) => ({
      class: node.class,
      openedAt,
      closedAt: closesAt,
      downloadedBy: (at) => movedBy(download, at),
    }));
}
