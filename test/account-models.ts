import { type Account, createAccount } from '../exporter/account.ts';
import { EMPTY_CATALOG, type Frame, type Totals } from '../exporter/ledger/frame.ts';
import type { LedgerCounters } from '../exporter/ledger/ledger.ts';
import { newAccount, type ReadBack, type SavedAccount } from '../exporter/saved-account.ts';

export const LEDGER = { localNodes: ['ua3f'], familyCap: 50 };
export const KERNEL_ADDRESS = 'http://127.0.0.1:9097';

/** A kernel whose one connection moves all bytes; `life` tells its connection from those of other lives. */
export function createKernelModel() {
  const state = { at: 1000, life: 0, total: 0, moved: 0, everMoved: 0 };
  return {
    state,
    move(bytes: number): void {
      state.total += bytes;
      state.moved += bytes;
      state.everMoved += bytes;
    },
    restart(): void {
      state.life += 1;
      state.total = 0;
      state.moved = 0;
    },
    totals(): Omit<Totals, 'continues'> {
      return { at: state.at, upload: 0, download: state.total };
    },
    frame(): Frame {
      state.at += 1000;
      const details = {
        start: 500 + state.life,
        network: 'tcp',
        type: 'Socks5',
        sourceIP: '192.168.1.7',
        sourcePort: '1',
        host: 'example.com',
        destinationPort: '443',
        process: '',
        inboundUser: '',
        chains: ['香港', '节点'],
        provider: undefined,
        rule: 'Match',
        rulePayload: '',
      };
      const connections = [{ id: `c${state.life}`, upload: 0, download: state.moved, details }];
      return { at: state.at, upload: 0, download: state.total, memory: 0, connections };
    },
  };
}

/** State ids that no other account of a test has. */
export const newStateId = (
  (count) => () =>
    `new ${++count}`
)(0);
export const throughJson = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;
export const openAccount = (saved: SavedAccount): Account => createAccount(throughJson(saved), LEDGER);
export const freshAccount = (stateId: string, deviceId = 'a'): Account =>
  openAccount(newAccount(deviceId, KERNEL_ADDRESS, stateId));
export const downloaded = (counters: LedgerCounters): number =>
  counters.traffic.reduce((sum, { direction, bytes }) => sum + (direction === 'download' ? bytes : 0), 0);

/** A gateway that accepts what the real one does: nothing older and nothing that fell. */
export function createGatewayModel() {
  const kept = new Map<string, { stateId: string; sequence: number; counters: LedgerCounters }>();
  return {
    readBack(deviceId: string): ReadBack {
      const found = kept.get(deviceId);
      return found === undefined ? { kind: 'nothing' } : throughJson({ kind: 'found', ...found });
    },
    push(saved: SavedAccount, counters: LedgerCounters): boolean {
      const last = kept.get(saved.deviceId);
      if (last !== undefined) {
        if (last.stateId === saved.stateId && last.sequence >= saved.sequence) return false;
        if (counters.kernel.download < last.counters.kernel.download) return false;
        if (downloaded(counters) < downloaded(last.counters)) return false;
      }
      kept.set(saved.deviceId, { stateId: saved.stateId, sequence: saved.sequence, counters: throughJson(counters) });
      return true;
    },
    held: (deviceId: string) => kept.get(deviceId)?.counters,
  };
}

/** What the pusher does, without its waiting. */
export function pushOnce(
  account: Account,
  gateway: ReturnType<typeof createGatewayModel>,
  write: (saved: SavedAccount) => void,
  now: number,
): boolean {
  if (account.mustAsk()) account.reconcile(gateway.readBack(account.deviceId), now, newStateId);
  const saved = account.beginPush();
  write(saved);
  if (gateway.push(saved, account.counters())) {
    account.accepted();
    return true;
  }
  account.fellBehind();
  return false;
}

/** Where a state goes that no test reads. */
export const nowhere = (): void => {};

/** An account that the gateway accepted a thousand bytes from. */
export function pushedAccount(
  kernel: ReturnType<typeof createKernelModel>,
  gateway: ReturnType<typeof createGatewayModel>,
): Account {
  const account = freshAccount('one');
  account.apply(kernel.frame(), EMPTY_CATALOG);
  kernel.move(1000);
  account.apply(kernel.frame(), EMPTY_CATALOG);
  pushOnce(account, gateway, nowhere, kernel.state.at);
  return account;
}
