import type { UserDevice } from '../../core/device-id.ts';
import { type ExpositionFamily, renderExposition } from '../../core/exposition.ts';
import { KERNEL_RAW_BYTES } from '../../core/metric-contract.ts';
import { DIRECTIONS } from '../../core/traffic.ts';
import { parsePush } from '../../gateway/contract/contract-check.ts';
import { openKeptPushes } from '../../gateway/kept/kept-pushes.ts';
import { createLogger } from '../../runtime/logger.ts';
import type { SimulatedPast } from './past.ts';

/**
 * Leaves behind what a gateway keeps of the device of a past: its last push. A device that starts without a state goes on
 * from that, and an empty Pushgateway gets it back, so that no counter begins again where the past ends. The kernel that is
 * simulated begins at 0.
 *
 * @param folder of the gateway's kept pushes, which no gateway may have open
 * @throws Error when the push is not one that the gateway takes, or what the disk says
 */
export async function keepLastPush(folder: string, past: SimulatedPast, device: UserDevice): Promise<void> {
  const checked = parsePush(Buffer.from(lastPushOf(past)));
  if (checked.kind === 'refused') throw new Error(`the past is no push: ${checked.message}`);
  const kept = await openKeptPushes(folder, createLogger('past', 'warn'), () => {});
  try {
    const { text, ledger } = checked;
    await kept.prepare({ ...device, stateId: 'past', sequence: 1, at: past.lastPush, ledger }, text);
    kept.confirm(device);
  } finally {
    await kept.close();
  }
}

/** The counters at the last push as exposition text. */
function lastPushOf({ counters, lastPush }: SimulatedPast): string {
  const families = new Map<string, ExpositionFamily>();
  for (const { metric: name, labels, valueAt } of counters) {
    const { samples = [] } = families.get(name) ?? {};
    const sample = { name, labels: new Map(Object.entries(labels)), value: valueAt(lastPush) };
    families.set(name, { name, type: 'counter', help: '', samples: [...samples, sample] });
  }
  const raw = DIRECTIONS.map((direction) => ({
    name: KERNEL_RAW_BYTES,
    labels: new Map([['direction', direction]]),
    value: 0,
  }));
  return renderExposition([...families.values(), { name: KERNEL_RAW_BYTES, type: 'gauge', help: '', samples: raw }]);
}
