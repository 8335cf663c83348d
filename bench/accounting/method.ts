import type { Dimension } from '../../core/metric-contract.ts';
import { replay } from '../../exporter/replay/replay.ts';
import { type Bytes, bytesBy } from './misattribution.ts';
import { LOCAL_NODES, type Scenario } from './scenario.ts';

/** What a method of accounting makes of a scenario: downloaded bytes. */
export interface Counted {
  readonly byClass: Bytes;
  readonly byNode: Bytes;
}

/** How a scenario is looked at. */
export interface Sampling {
  /** Milliseconds between frames. */
  readonly interval: number;
  /** Milliseconds into the scenario at which the first frame is taken. */
  readonly phase: number;
}

export interface LedgerCounted extends Counted {
  byDimension(dimension: Dimension): Bytes;
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
    ledger: { localNodes: LOCAL_NODES, familyCap: ALL_KEYS },
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
