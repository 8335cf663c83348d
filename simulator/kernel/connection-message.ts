import type { Bytes } from '../../core/traffic.ts';
import type { SimulatedConnection } from '../household/connection.ts';
import type { OpenConnection } from '../household/household.ts';

/** A `/connections` message with the fields, order and types of a kernel of June 2026. */
export function connectionMessage(totals: Bytes, open: readonly OpenConnection[], memory: number): string {
  return JSON.stringify({
    downloadTotal: totals.download,
    uploadTotal: totals.upload,
    // The kernel writes an empty list as null.
    connections: open.length === 0 ? null : open.map(item),
    memory,
  });
}

function item({ connection, upload, download }: OpenConnection): unknown {
  const { node, group, rule, rulePayload } = connection;
  return {
    id: connection.id,
    metadata: metadata(connection),
    upload,
    download,
    start: rfc3339Nano(connection.openedAt, connection.nanoseconds),
    chains: group === '' ? [node.name] : [node.name, group],
    providerChains: group === '' ? [node.provider] : [node.provider, ''],
    rule,
    rulePayload,
  };
}

function metadata(connection: SimulatedConnection): unknown {
  const { network, type, sourceIP, address, process, inboundUser, host, node } = connection;
  const inner = type === 'Inner';
  return {
    network,
    type,
    sourceIP,
    destinationIP: address,
    sourceGeoIP: null,
    destinationGeoIP: null,
    sourceIPASN: '',
    destinationIPASN: '',
    sourcePort: String(connection.sourcePort),
    destinationPort: String(connection.port),
    inboundIP: inner ? '' : '127.0.0.1',
    inboundPort: inner ? '0' : '27890',
    inboundName: inner ? '' : network === 'udp' ? 'DEFAULT-SOCKS' : 'DEFAULT-MIXED',
    inboundUser,
    rematchName: '',
    host,
    dnsMode: 'normal',
    uid: 0,
    process,
    processPath: process === '' ? '' : `/usr/bin/${process}`,
    specialProxy: '',
    specialRules: '',
    remoteDestination: node.class === 'reject' ? '' : address,
    dscp: 0,
    sniffHost: '',
  };
}

/** An instant as Go's `RFC3339Nano` writes it: nanoseconds without the zeros at their end. */
export function rfc3339Nano(at: number, nanoseconds: number): string {
  const milliseconds = Math.floor(at);
  const seconds = new Date(milliseconds).toISOString().slice(0, 19);
  const fraction = `${String(((milliseconds % 1000) + 1000) % 1000).padStart(3, '0')}${String(nanoseconds).padStart(6, '0')}`;
  const digits = fraction.replace(/0+$/, '');
  return digits === '' ? `${seconds}Z` : `${seconds}.${digits}Z`;
}
