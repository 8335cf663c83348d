import type { ConnectionDetails } from '../../ledger/frame.ts';
import { count, FrameError } from './frame-error.ts';

/** One connection of a `/connections` message, parsed; what moves from frame to frame is checked. */
export interface ConnectionItem {
  readonly id: string;
  readonly upload: number;
  readonly download: number;
  readonly start?: unknown;
  readonly metadata?: unknown;
  readonly chains?: unknown;
  readonly providerChains?: unknown;
  readonly rule?: unknown;
  readonly rulePayload?: unknown;
}

/**
 * Checks by hand rather than by schema: this runs over thousands of connections a second.
 *
 * @param index where in the list it stands, for errors
 * @throws FrameError
 */
export function checkItem(value: unknown, index: number): ConnectionItem {
  if (typeof value !== 'object' || value === null) throw new FrameError(`connections[${index}]: expected an object`);
  const item = value as { id?: unknown; upload?: unknown; download?: unknown };
  if (typeof item.id !== 'string' || item.id === '') throw new FrameError(`connections[${index}].id: expected a text`);
  count(item.upload, `connections[${index}].upload`);
  count(item.download, `connections[${index}].download`);
  return item as ConnectionItem;
}

/**
 * Shape: mihomo `tunnel/statistic/tracker.go` (`TrackerInfo`) and `constant/metadata.go`.
 *
 * @throws FrameError when it does not say which nodes it leaves through
 */
export function readDetails(item: ConnectionItem, index: number): ConnectionDetails {
  const metadata = (typeof item.metadata === 'object' && item.metadata !== null ? item.metadata : {}) as Record<
    string,
    unknown
  >;
  const chains = Array.isArray(item.chains) ? item.chains.filter((name) => typeof name === 'string') : [];
  if (chains.length === 0) throw new FrameError(`connections[${index}].chains: expected a list of names`);
  const providers: unknown = item.providerChains;
  return {
    start: Date.parse(asText(item.start)) || 0,
    network: asText(metadata.network),
    type: asText(metadata.type),
    sourceIP: asText(metadata.sourceIP),
    sourcePort: asText(metadata.sourcePort),
    host: asText(metadata.host) || asText(metadata.sniffHost) || asText(metadata.destinationIP),
    destinationPort: asText(metadata.destinationPort),
    process: asText(metadata.process),
    inboundUser: asText(metadata.inboundUser),
    chains,
    provider: Array.isArray(providers) ? asText(providers[0]) : undefined,
    rule: asText(item.rule),
    rulePayload: asText(item.rulePayload),
  };
}

const asText = (value: unknown): string => (typeof value === 'string' ? value : '');
