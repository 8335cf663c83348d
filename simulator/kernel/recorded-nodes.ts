import { z } from 'zod';
import { namedSchema } from '../../core/json.ts';
import type { NodeTotal } from '../household/truth.ts';
import type { Recording } from './recording.ts';

const proxiesSchema = z.object({ proxies: namedSchema(z.object({ type: z.string() })) });
const ANNOUNCED = /^\[(?:TCP|UDP)\] \S+ --> \S+:(\d+) match .+? using (.+)$/;

/**
 * What a recording moved through each node: the payload that the clients of each destination port saw, shared among
 * the nodes that the log names for that port by how many connections they got.
 *
 * @param share of the recording that has been played; more than 1 when it was played again
 */
export function recordedNodeTotals(recording: Recording, share: number): NodeTotal[] {
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
