import { domainOf } from '../exporter/host/node-domains.ts';
import { type Connection, type ConnectionDetails, EMPTY_CATALOG, type Frame } from '../exporter/ledger/frame.ts';
import type { Ledger } from '../exporter/ledger/ledger.ts';

/** What tests of the ledger set up ledgers with. */
export const OPTIONS = { localNodes: ['ua3f'], domainOf, familyCap: 50 };

/** A connection of curl through a proxy node, but for `changes`. */
export const details = (changes: Partial<ConnectionDetails> = {}): ConnectionDetails => ({
  start: 0,
  network: 'tcp',
  type: 'Mixed',
  sourceIP: '192.168.1.2',
  sourcePort: '5000',
  host: 'www.example.com',
  destinationPort: '443',
  process: 'curl',
  inboundUser: '',
  chains: ['香港 01', '节点选择'],
  provider: 'airport-a',
  rule: 'Match',
  rulePayload: '',
  ...changes,
});

/** Such a connection that has only downloaded. */
export const connection = (id: string, download: number, changes: Partial<ConnectionDetails> = {}): Connection => ({
  id,
  upload: 0,
  download,
  details: details(changes),
});

/** @param at epoch milliseconds */
export const frame = (at: number, download: number, connections: readonly Connection[] = [], upload = 0): Frame => ({
  at,
  download,
  upload,
  memory: 0,
  connections,
});

/** Applies frames one after the other, with no catalog of nodes. */
export const feed = (ledger: Ledger, ...frames: readonly Frame[]): void => {
  for (const each of frames) ledger.apply(each, EMPTY_CATALOG);
};

/** Downloads by `class node accounting`. */
export function downloads(ledger: Ledger): Record<string, number> {
  return Object.fromEntries(
    ledger
      .counters()
      .traffic.filter(({ direction }) => direction === 'download')
      .map(({ class: trafficClass, node, accounting, bytes }) => [`${trafficClass} ${node} ${accounting}`, bytes]),
  );
}
