import { deviceKey, type PushId, type UserDevice } from '../../core/device-id.ts';
import { mayVanish } from '../../core/metric-contract.ts';
import { type Clock, createKeyedMutex } from '../../runtime/async.ts';
import { errorCode, isExhausted } from '../../runtime/error-code.ts';
import type { DiskHealth } from '../../runtime/health.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { Token } from '../access/authenticate.ts';
import { type ParsedPush, type RisingCounters, valuesFor } from '../contract/push-parser.ts';
import { type HttpProblem, httpProblem } from '../http/problem.ts';
import { type KeptPush, type KeptPushes, keptBytes } from '../kept/kept-pushes.ts';
import type { Delivery, Forward, Forwarded, Store } from '../store/store.ts';

/** Of all users together. */
const MAX_DEVICES = 2000;
/** Running and waiting pushes of one device; an exporter has one. */
const MAX_PUSHES_OF_DEVICE = 4;

const KEEPS = 'this gateway keeps';
const MORE_FILES = 'the gateway has no file descriptor left; raise its limit (LimitNOFILE)';
const A_PART = 'a part of them for each user, and none is left for this one';

const UNREADABLE = 'a kept push cannot be read; look at [server] DataDir';

interface PushServiceOptions {
  readonly kept: KeptPushes;
  /** Bytes that what is kept may take, of all users together. */
  readonly keptBytes: number;
  /** Of those who may push as of now. */
  tokens(): readonly Pick<Token, 'user'>[];
  /** Notified of the disk that `kept` writes to. */
  readonly disk: Pick<DiskHealth, 'watch'>;
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
}

type KeptAnswer =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'kept'; readonly push: KeptPush; readonly text: Buffer };

type Declined = Extract<Delivery, { readonly kind: 'declined' }>;

/** Takes checked pushes, one at a time for each device, and keeps disk and store in step. */
export interface PushService {
  push(
    device: UserDevice,
    state: PushId,
    push: Omit<ParsedPush, 'kind'>,
  ): Promise<{ readonly kind: 'accepted' } | HttpProblem>;
  /** What a device goes on from; `nothing` only when nothing is kept of it. */
  readBack(device: UserDevice): Promise<KeptAnswer | HttpProblem>;
  readonly forward: Forward;
  /**
   * Does something with a device while no push of it is on its way.
   *
   * @param task is told what the device is held to, if anything
   */
  between<T>(device: UserDevice, task: (held: Held | undefined) => Promise<T>): Promise<T | HttpProblem>;
  /** Resolves when no push is on its way. */
  idle(): Promise<void>;
}

export function createPushService({
  kept,
  keptBytes: mostBytes,
  tokens,
  disk,
  store,
  clock,
  logger,
}: PushServiceOptions): PushService {
  const mutex = createKeyedMutex(MAX_PUSHES_OF_DEVICE);
  /** When the holder of a device pushed last, refused pushes too; what is on disk knows only pushes let through. */
  const seen = new Map<string, number>();

  const heldOf = (device: UserDevice): Held | undefined => {
    const push = kept.held(device);
    if (push?.rebased) return undefined;
    return push === undefined ? undefined : { ...push, seenAt: Math.max(push.at, seen.get(deviceKey(device)) ?? 0) };
  };

  function tellDeclined({ user, deviceId: instance }: UserDevice, { status, answer }: Declined): void {
    logger.error({ user, instance, status, answer }, `${store.name} declined a push`);
  }

  function settle(device: UserDevice, delivery: Delivery): { readonly kind: 'accepted' } | HttpProblem {
    if (delivery.kind === 'delivered') {
      kept.confirm(device);
      return { kind: 'accepted' };
    }
    if (delivery.kind !== 'in_doubt') kept.withdraw(device);
    if (delivery.kind === 'declined') {
      tellDeclined(device, delivery);
      return httpProblem(
        'pushgateway_refused',
        `${store.name} answered ${delivery.status}; its log on the server says why`,
      );
    }
    const { code } = delivery;
    const advice = isExhausted(code) ? MORE_FILES : `start it on the server, or fix ${store.setting}`;
    return httpProblem('pushgateway_down', `${store.name} does not take pushes (${code}); ${advice}`);
  }

  /** A device that takes no more than before goes on, however little room there is. */
  function noRoomFor(device: UserDevice, bytes: number): HttpProblem | undefined {
    const { usage } = kept;
    const more = bytes - usage.of(device);
    if (more <= 0) return undefined;
    const among = new Set(tokens().map(({ user }) => user));
    const room = (total: number, used: ReadonlyMap<string, number>): number =>
      roomFor(device.user, { total, used, users: among });
    if (usage.of(device) === 0 && room(MAX_DEVICES, usage.devices) < 1) {
      return httpProblem('no_room', `${KEEPS} ${MAX_DEVICES} devices, ${A_PART}; retire some that are gone`);
    }
    if (room(mostBytes, usage.bytes) < more) {
      const most = Math.floor(mostBytes / 2 ** 20);
      return httpProblem(
        'no_room',
        `${KEEPS} ${most} MiB of pushes, ${A_PART}; retire devices that are gone, lower [client] FamilyCap, or give the gateway more memory`,
      );
    }
    return undefined;
  }

  async function take(device: UserDevice, state: PushId, { text, packed, ledger }: Omit<ParsedPush, 'kind'>) {
    const now = clock.now();
    const held = heldOf(device);
    const incoming = { ...state, ledger };
    if (held?.stateId === state.stateId) seen.set(deviceKey(device), now);
    const problem = admit(held, incoming, now);
    if (problem !== undefined) return problem;
    const full = noRoomFor(device, keptBytes(ledger, text, packed));
    if (full !== undefined) return full;
    const { stateId, sequence } = state;
    try {
      await disk.watch(() => kept.prepare({ ...device, stateId, sequence, at: now, ledger }, text, packed));
    } catch (error) {
      const code = errorCode(error);
      const advice = isExhausted(code)
        ? MORE_FILES
        : code === 'ENOSPC'
          ? 'free it'
          : 'check [server] DataDir and its owner';
      logger.error({ code }, `a push cannot be kept on the disk; ${advice}`);
      return httpProblem('storage_failed', `the gateway cannot write to its disk (${code}); ${advice}`);
    }
    return settle(device, await store.put(device, text, now));
  }

  const busy = httpProblem('busy', 'too many pushes of this device wait; push one at a time');
  return {
    push: async (device, state, push) => (await mutex.run(deviceKey(device), () => take(device, state, push))) ?? busy,
    readBack: async (device) =>
      (await mutex.run(deviceKey(device), async (): Promise<KeptAnswer | HttpProblem> => {
        const push = kept.held(device);
        if (push === undefined || push.rebased) return { kind: 'nothing' };
        try {
          return { kind: 'kept', push, text: await kept.text(device) };
        } catch (error) {
          logger.error({ code: errorCode(error) }, UNREADABLE);
          return httpProblem('storage_failed', `the gateway cannot read its disk (${errorCode(error)}); fix it`);
        }
      })) ?? busy,
    forward: async (device, when) =>
      (await mutex.run(deviceKey(device), async (): Promise<Forwarded> => {
        const held = kept.held(device);
        if (held === undefined || (when === 'in_doubt' && !kept.isPrepared(device))) return 'not_needed';
        const text = await kept.text(device).catch((error: unknown) => {
          logger.error({ code: errorCode(error) }, UNREADABLE);
        });
        if (text === undefined) return 'left';
        const delivery = await store.put(device, text, held.at);
        if (delivery.kind === 'declined') {
          tellDeclined(device, delivery);
          return 'left';
        }
        if (delivery.kind !== 'delivered') return 'store_down';
        if (kept.isPrepared(device)) kept.confirm(device);
        return 'forwarded';
      })) ?? 'left',
    between: async (device, task) => (await mutex.run(deviceKey(device), () => task(heldOf(device)))) ?? busy,
    idle: () => mutex.idle(),
  };
}

/** Something of which there is only so much, and which users keep for as long as they like. */
interface Shared {
  /** Of all users together. */
  readonly total: number;
  /** What each has of it by now. */
  readonly used: ReadonlyMap<string, number>;
  /** Who may come for it at any time. */
  readonly users: ReadonlySet<string>;
}

/**
 * How much more a user may take. Half of the whole is set aside, in equal parts for the users that there are; the rest
 * is for who comes first. So whatever one of them takes, each of the others still gets their part.
 *
 * @returns none, or less, where nothing is left for this user
 */
export function roomFor(user: string, { total, used, users }: Shared): number {
  const part = total / 2 / Math.max(1, users.size);
  let room = total - (used.get(user) ?? 0);
  for (const other of new Set([...users, ...used.keys()])) {
    if (other !== user) room -= Math.max(used.get(other) ?? 0, users.has(other) ? part : 0);
  }
  return Math.floor(room);
}

/** How long a silent exporter keeps its DeviceID to itself. */
export const HOLD_MS = 60_000;
/** How many of the series that fell an answer names. */
const NAMED_SERIES = 5;

type Incoming = PushId & { readonly ledger: RisingCounters };

/** What was last let through from a device. */
interface Held extends Incoming {
  /** When the holder last pushed, in epoch milliseconds. */
  readonly seenAt: number;
}

/**
 * Whether a push may follow what was let through before: from the state that holds the device (or after a minute of
 * its silence), not older than what came, and with no counter of the ledger fallen or gone; only the keys of a
 * dimension may go. The same sequence may come again: an answer can be lost on the way.
 *
 * @param now epoch milliseconds
 */
export function admit(held: Held | undefined, incoming: Incoming, now: number): HttpProblem | undefined {
  if (held === undefined) return undefined;
  if (held.stateId !== incoming.stateId) {
    // A clock that was set back must not let it hold the name for long.
    const free = HOLD_MS - Math.abs(now - held.seenAt);
    if (free > 0) {
      return httpProblem(
        'held_by_another_state',
        'another exporter pushed under this DeviceID within the last minute; give one of them another [client] ' +
          'DeviceID, or stop the other and wait a minute',
        { free_in_milliseconds: free },
      );
    }
  } else if (incoming.sequence < held.sequence) {
    return httpProblem(
      'sequence_old',
      `sequence ${incoming.sequence} is older than ${held.sequence}, which was accepted; go on from the read-back`,
      { accepted_sequence: held.sequence },
    );
  }
  return fallen(held.ledger, incoming.ledger);
}

/** The metric's name in a series' key. */
const nameOf = (key: string): string => key.split('{', 1)[0] ?? key;

function fallen(before: RisingCounters, after: RisingCounters): HttpProblem | undefined {
  const series: { series: string; accepted: number; pushed: number | null }[] = [];
  const values = valuesFor(before.series, after);
  let count = 0;
  for (let index = 0; index < values.length; index += 1) {
    const key = before.series[index] ?? '';
    const accepted = before.values[index] ?? 0;
    const pushed = values[index];
    if (pushed === undefined ? mayVanish(nameOf(key)) : pushed >= accepted) continue;
    count += 1;
    if (series.length < NAMED_SERIES) series.push({ series: key, accepted, pushed: pushed ?? null });
  }
  const [first] = series;
  if (first === undefined) return undefined;
  const change = first.pushed === null ? `${first.accepted} to nothing` : `${first.accepted} to ${first.pushed}`;
  const others = count > 1 ? ` and ${count - 1} more` : '';
  return httpProblem(
    'counter_fell',
    `counters must not fall: ${first.series} from ${change}${others}; go on from the read-back`,
    { series },
  );
}
