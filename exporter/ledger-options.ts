import { DIMENSIONS, type Dimension } from '../core/metric-contract.ts';
import type { DeviceConfig } from './config.ts';
import type { LedgerOptions } from './ledger/ledger.ts';

/** The dimensions that tell what people do. */
const PRIVATE: readonly Dimension[] = ['host', 'process', 'source', 'inbound_user'];

/** What the settings say of the ledger. */
export function ledgerOptions({
  LocalNodes,
  FamilyCap,
  Families,
  Privacy,
}: Pick<DeviceConfig, 'LocalNodes' | 'FamilyCap' | 'Families' | 'Privacy'>): LedgerOptions {
  const on = Families ?? DIMENSIONS;
  return {
    localNodes: LocalNodes,
    familyCap: FamilyCap,
    families: Privacy ? on.filter((dimension) => !PRIVATE.includes(dimension)) : on,
  };
}
