import type { Clock } from '../../runtime/clock.ts';
import { PrometheusError } from '../../runtime/prometheus.ts';
import type { Device } from '../access/device.ts';
import type { LedgerCounters } from '../contract/ledger-counters.ts';
import { type Refusal, refuse } from '../http/problem.ts';
import type { KeptPushes } from '../kept/kept-pushes.ts';
import { type Held, HOLD_MS } from '../pushes/admission.ts';
import type { Store } from '../store/store.ts';
import type { StoredValues } from './stored-values.ts';

/** How many series that Prometheus lacks an answer names. */
const NAMED_SERIES = 5;

interface DeviceReleaseOptions {
  readonly kept: KeptPushes;
  readonly store: Store;
  readonly clock: Clock;
  readonly storedValues: StoredValues;
}

type Outcome = Promise<{ readonly kind: 'done' } | Refusal>;

/** Releases devices from what was accepted of them. Calls for one device must not overlap, nor with its pushes. */
export interface DeviceRelease {
  rebase(device: Device): Outcome;
  /** @param held what the device is held to, undefined once it was rebased */
  retire(device: Device, held: Held | undefined): Outcome;
}

export function createDeviceRelease({ kept, store, clock, storedValues }: DeviceReleaseOptions): DeviceRelease {
  const unknown = refuse('not_found', 'nothing was accepted from this device; check user and DeviceID');

  async function lacking(device: Device, ledger: LedgerCounters): Promise<Refusal | undefined> {
    try {
      const stored = await storedValues(device);
      const series = ledger.series.filter((each, index) => stored.get(each) !== ledger.values[index]);
      if (series.length === 0) return undefined;
      return refuse(
        'not_stored_yet',
        `Prometheus does not have the last values of ${series.length} series yet, such as ${series[0]}; let it scrape`,
        { series: series.slice(0, NAMED_SERIES) },
      );
    } catch (error) {
      if (error instanceof PrometheusError) return refuse('prometheus_down', error.message);
      throw error;
    }
  }

  return {
    async rebase(device) {
      if (kept.held(device) === undefined) return unknown;
      await kept.rebase(device);
      return { kind: 'done' };
    },
    async retire(device, held) {
      const push = kept.held(device);
      if (push === undefined) return unknown;
      if (Math.abs(clock.now() - (held?.seenAt ?? push.at)) < HOLD_MS) {
        return refuse('still_pushing', 'the device pushed within the last minute; stop its exporter and wait a minute');
      }
      if (kept.isPrepared(device)) {
        return refuse('not_stored_yet', `nobody knows whether the last push reached ${store.name}; start it and wait`);
      }
      const refusal = await lacking(device, push.ledger);
      if (refusal !== undefined) return refusal;
      const { kind } = await store.remove(device);
      if (kind !== 'delivered') return refuse('pushgateway_down', `${store.name} does not remove the device; start it`);
      kept.forget(device);
      return { kind: 'done' };
    },
  };
}
