import { deviceKey, type UserDevice } from '../../core/device-id.ts';
import { seriesKey } from '../../core/exposition.ts';
import { metricSpec } from '../../core/metric-contract.ts';
import type { Clock } from '../../runtime/async.ts';
import { type Prometheus, PrometheusError } from '../../runtime/prometheus.ts';
import type { RisingCounters } from '../contract/push-parser.ts';
import { type HttpProblem, httpProblem } from '../http/problem.ts';
import type { KeptPushes } from '../kept/kept-pushes.ts';
import { HOLD_MS, type PushService } from '../pushes/push-service.ts';
import type { Store } from '../store/store.ts';

/** How many series that Prometheus lacks an answer names. */
const NAMED_SERIES = 5;

interface DeviceReleaseOptions {
  readonly pushes: Pick<PushService, 'between'>;
  readonly kept: KeptPushes;
  readonly store: Store;
  readonly clock: Clock;
  /** Asked before a device is retired. */
  readonly storedValues: StoredValues;
}

type ReleaseOutcome = Promise<{ readonly kind: 'done' } | HttpProblem>;

/** Releases devices from what was accepted of them. */
export interface DeviceRelease {
  /** Lets the next push of a device hold whatever it does, from any state; until then there is nothing to read back. */
  rebase(device: UserDevice): ReleaseOutcome;
  /** Lets go of a silent device, once Prometheus has its last values; the store shows it no more within a moment. */
  retire(device: UserDevice): ReleaseOutcome;
}

export function createDeviceRelease({ pushes, kept, store, clock, storedValues }: DeviceReleaseOptions): DeviceRelease {
  const unknown = httpProblem('not_found', 'nothing was accepted from this device; check user and DeviceID');

  async function lacking(device: UserDevice, ledger: RisingCounters): Promise<HttpProblem | undefined> {
    try {
      const stored = await storedValues(device);
      const series = ledger.series.filter((each, index) => stored.get(each) !== ledger.values[index]);
      if (series.length === 0) return undefined;
      return httpProblem(
        'not_stored_yet',
        `Prometheus does not have the last values of ${series.length} series yet, such as ${series[0]}; let it scrape`,
        { series: series.slice(0, NAMED_SERIES) },
      );
    } catch (error) {
      if (error instanceof PrometheusError) return httpProblem('prometheus_down', error.message);
      throw error;
    }
  }

  async function rebase(device: UserDevice): ReleaseOutcome {
    if (kept.held(device) === undefined) return unknown;
    await kept.rebase(device);
    return { kind: 'done' };
  }

  async function retire(device: UserDevice, seenAt: number | undefined): ReleaseOutcome {
    const push = kept.held(device);
    if (push === undefined) return (await isShown(device)) ? remove(device) : unknown;
    if (Math.abs(clock.now() - (seenAt ?? push.at)) < HOLD_MS) {
      return httpProblem(
        'still_pushing',
        'the device pushed within the last minute; stop its exporter and wait a minute',
      );
    }
    if (kept.isPrepared(device)) {
      return httpProblem(
        'not_stored_yet',
        `nobody knows whether the last push reached ${store.name}; start it and wait`,
      );
    }
    const problem = await lacking(device, push.ledger);
    if (problem !== undefined) return problem;
    const removed = await remove(device);
    if (removed.kind === 'done') kept.forget(device);
    return removed;
  }

  /** One that was retired comes back where Pushgateway was killed before it wrote its file again. */
  async function isShown(device: UserDevice): Promise<boolean> {
    const times = await store.pushTimes().catch(() => new Map<string, number>());
    return times.has(deviceKey(device));
  }

  async function remove(device: UserDevice): ReleaseOutcome {
    if ((await store.remove(device)).kind === 'delivered') return { kind: 'done' };
    return httpProblem('pushgateway_down', `${store.name} does not remove the device; start it`);
  }

  return {
    rebase: (device) => pushes.between(device, () => rebase(device)),
    retire: (device) => pushes.between(device, (held) => retire(device, held?.seenAt)),
  };
}

/** The newest values that Prometheus has of a device, by series without the labels that say whose they are. */
type StoredValues = (device: UserDevice) => Promise<ReadonlyMap<string, number>>;

/** A device that is gone is retired some day later; its series are still found where a scrape lost them since. */
const LOOK_BACK = '1d';
const IDENTITY = ['__name__', 'job', 'user', 'instance'];

/** Its functions throw a PrometheusError. */
export function createStoredValues(prometheus: Pick<Prometheus, 'instant'>): StoredValues {
  return async ({ user, deviceId }) => {
    const selector = `{job="flowcollect",user=${JSON.stringify(user)},instance=${JSON.stringify(deviceId)}}`;
    const samples = await prometheus.instant(`last_over_time(${selector}[${LOOK_BACK}])`);
    return new Map(
      samples.map(({ labels, value }) => {
        const { __name__: name = '' } = labels;
        // Prometheus stores no empty label, such as the provider of a node that has none.
        const empty = (metricSpec(name)?.labels ?? []).map((label): [string, string] => [label, '']);
        const own = Object.entries(labels).filter(([label]) => !IDENTITY.includes(label));
        return [seriesKey({ name, labels: new Map([...empty, ...own]) }), value];
      }),
    );
  };
}
