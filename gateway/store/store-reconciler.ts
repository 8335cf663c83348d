import { deviceKey, type UserDevice } from '../../core/device-id.ts';
import { type Clock, createPeriodicTask } from '../../runtime/async.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { KeptPushes } from '../kept/kept-pushes.ts';
import type { Forward, Store } from './store.ts';

const CHECK_EVERY_MS = 2000;
/** Well within the five minutes for which a store that forgets shows what was written last. */
const REPEAT_EVERY_MS = 60_000;
/** What the store declines or the disk does not give is tried again after that. */
const LEFT_FOR_MS = 60_000;

interface StoreReconcilerOptions {
  readonly kept: KeptPushes;
  readonly forward: Forward;
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Puts back what a store that was restarted has lost, whether it kept an older state or none, and repeats what silent
 * devices said last to one that would forget it, with the time at which they said it.
 */
export function createStoreReconciler({ kept, forward, store, clock, logger }: StoreReconcilerOptions) {
  /** Until when the push in doubt of a device is left alone, by its key. */
  const leftUntil = new Map<string, number>();
  /** The start of the store that has everything; a gateway that starts asks what it lacks. */
  let known: string | undefined;
  let wasDown = false;
  let rounds = 0;

  /** Whether the store has all of them now that it can have; one device must not keep the others out of it. */
  async function forwardAll(devices: readonly UserDevice[], when: 'in_doubt' | 'anyway'): Promise<boolean> {
    let forwarded = 0;
    for (const device of devices) {
      if (task.signal.aborted) return false;
      const outcome = await forward(device, when);
      if (outcome === 'store_down') return false;
      if (outcome === 'forwarded') forwarded += 1;
      if (outcome === 'left') leftUntil.set(deviceKey(device), clock.now() + LEFT_FOR_MS);
      else leftUntil.delete(deviceKey(device));
      if (outcome === 'left' && when === 'anyway') {
        const { user, deviceId: instance } = device;
        logger.error({ user, instance }, 'a device is not put back; it is there again with its next push');
      }
    }
    if (forwarded > 0) logger.info({ devices: forwarded }, 'kept pushes put back');
    return true;
  }

  /** Only what it lacks: a push that is repeated would make a silent device look alive. */
  async function lacking(): Promise<UserDevice[]> {
    const times = await store.pushTimes();
    return kept.devices().filter((device) => {
      const time = times.get(deviceKey(device));
      return time === undefined || Math.round(time * 1000) < (kept.held(device)?.at ?? 0);
    });
  }

  async function repeatSilent(): Promise<void> {
    for (const device of kept.devices()) {
      if (task.signal.aborted) return;
      const at = kept.held(device)?.at ?? Number.POSITIVE_INFINITY;
      // A store that takes nothing now is asked again in the next round.
      if (clock.now() - at >= REPEAT_EVERY_MS && (await forward(device, 'anyway')) === 'store_down') return;
    }
  }

  /** One round. */
  async function reconcile(): Promise<void> {
    const startedAt = await store.startedAt();
    if (startedAt === undefined) {
      if (!wasDown) logger.warn(`${store.name} does not answer; start it, or fix ${store.setting}`);
      wasDown = true;
      return;
    }
    if (wasDown) logger.info(`${store.name} answers again`);
    wasDown = false;
    rounds += 1;
    if (store.forgets && rounds % (REPEAT_EVERY_MS / CHECK_EVERY_MS) === 0) await repeatSilent();
    await forwardAll(
      kept
        .devices()
        .filter((device) => kept.isPrepared(device) && (leftUntil.get(deviceKey(device)) ?? 0) <= clock.now()),
      'in_doubt',
    );
    if (startedAt !== known && (await forwardAll(await lacking(), 'anyway'))) known = startedAt;
  }

  const task = createPeriodicTask({
    clock,
    every: CHECK_EVERY_MS,
    run: reconcile,
    onError: (error) => logger.error({ err: error }, 'kept pushes cannot be put back; trying again'),
  });
  return { start: task.start, reconcile, stop: task.stop };
}
