import { backoffDelay } from '../../core/backoff.ts';
import { type Clock, createSerialQueue } from '../../runtime/async.ts';
import { errorCode } from '../../runtime/error-code.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { Device } from '../device/device.ts';
import type { DeviceCounters } from '../device/device-counters.ts';
import type { SavedDevice } from '../device/saved-device.ts';
import type { LedgerCounters } from '../ledger/state.ts';
import type { GatewayAddress, GatewayClient } from './gateway-client.ts';
import type { PushMetric } from './metrics.ts';
import type { PushProblem } from './problem.ts';

/** How pushing goes. */
export type PushState =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'accepted'; readonly at: number; readonly sequence: number }
  | { readonly kind: 'failing'; readonly problem: PushProblem; readonly lastAccepted: number | undefined };

export interface PusherOptions {
  readonly gateway: GatewayClient;
  readonly clock: Clock;
  readonly logger: Logger;
  /** What the operator is told, as of now. */
  describe(problem: PushProblem): string;
  chance(): number;
  /** Where to push as of now. */
  address(): Omit<GatewayAddress, 'deviceId'>;
  /** Milliseconds between pushes, as of now. */
  interval(): number;
  device(): Device;
  /** Exposition text; the counters are taken before it returns. */
  render(counters: DeviceCounters): string;
  write(saved: SavedDevice): Promise<void>;
  /** The present counters were replaced by others that go on from them. */
  onReplaced(before: LedgerCounters, after: LedgerCounters): void;
  onPush(result: PushMetric): void;
  /** A text without spaces that no other exporter has ever had. */
  newStateId(): string;
}

/** Pushes one device's counters until it is stopped. */
interface Pusher {
  start(): void;
  state(): PushState;
  /** One push now, after a running one has ended; whether it was accepted. */
  pushNow(): Promise<boolean>;
  /** Writes the state as it is, also while a push waits for its answer: for when more than a frame would be lost. */
  save(): Promise<void>;
  /** Pushes at once, or at once after a running push: the interval, the address or the DeviceID has changed. */
  hurry(): void;
  /** Ends the loop after a running push. */
  stop(): Promise<void>;
}

const LONGEST_PAUSE_MS = 60_000;
const FIRST_PAUSE_MS = 2000;
/** Soon enough to see that it works, late enough for a first frame. */
const FIRST_PUSH_MS = 1500;

/**
 * Every push carries the full state, so a lost one costs nothing and none are kept back: a day of outage takes no
 * memory. State is written before a push leaves, so that a crash never takes back what was pushed.
 */
export function createPusher(options: PusherOptions): Pusher {
  const { gateway, clock, logger, chance, device, write, describe } = options;
  const stopping = new AbortController();
  let state: PushState = { kind: 'waiting' };
  let lastAccepted: number | undefined;
  let failures = 0;
  let said = '';
  let saidOfClosed = '';
  /** Former DeviceIDs' counters whose last push was refused because the gateway holds more. */
  const closedBehind = new WeakSet<DeviceCounters>();
  let stateWritten = true;
  const writes = createSerialQueue();
  const pushes = createSerialQueue();
  let loop: Promise<void> = Promise.resolve();
  let waiting = new AbortController();

  const save = (saved: SavedDevice): Promise<void> => writes.run(() => tryToWrite(saved));

  async function tryToWrite(saved: SavedDevice): Promise<void> {
    try {
      await write(saved);
      if (!stateWritten) logger.info('the state is written again');
      stateWritten = true;
    } catch (error) {
      // Pushing goes on: what the gateway accepts, a restarted exporter takes from there.
      if (stateWritten) {
        logger.error(
          { code: errorCode(error) },
          'the state cannot be written; free the disk or move [client] StateDir',
        );
      }
      stateWritten = false;
    }
  }

  function fail(problem: PushProblem): false {
    // What the former exporter pushed meanwhile is asked for at once: the name is free now.
    const isLetIn = problem.kind === 'fell_behind' && heldFor() !== undefined;
    failures = isLetIn ? 1 : failures + 1;
    const text = describe(problem);
    if (text !== said) logger.warn({ problem: text }, 'not pushed; trying again');
    said = text;
    state = { kind: 'failing', problem, lastAccepted };
    options.onPush(isPassing(problem) ? 'failed' : 'refused');
    return false;
  }

  /** Compares with what the gateway holds; the problem where it did not answer. */
  async function ask(counters: DeviceCounters): Promise<PushProblem | undefined> {
    const readBack = await gateway.readBack({ ...options.address(), deviceId: counters.deviceId });
    if (readBack.kind === 'problem') return readBack.problem;
    const now = clock.now();
    const before = counters.counters();
    const outcome = device().reconcile(
      counters,
      readBack.kind === 'found' && readBack.age !== undefined
        ? { ...readBack, acceptedAt: now - readBack.age }
        : readBack,
      now,
      options.newStateId,
    );
    if (outcome === 'began') logger.info('the gateway knows nothing of this device: counting begins with it');
    if (outcome === 'resumed' || outcome === 'old_copy') {
      logger.warn('the counters were taken from the gateway and go on from there');
      if (counters === device().current()) options.onReplaced(before, counters.counters());
    }
    return undefined;
  }

  /** One push; the problem where it was not accepted. */
  async function push(counters: DeviceCounters): Promise<PushProblem | undefined> {
    // One instant: nothing may come between the state and the text.
    const { deviceId, stateId, sequence } = counters.beginPush();
    const saved = device().save();
    const body = options.render(counters);
    await save(saved);
    const result = await gateway.push({ ...options.address(), deviceId }, { stateId, sequence, body });
    if (result.kind === 'accepted') {
      counters.accepted();
      return undefined;
    }
    if (result.problem.kind === 'fell_behind') counters.askAgain(true);
    return result.problem;
  }

  /** The last push of a former DeviceID; its failure does not keep the present one back. */
  async function pushClosed(counters: DeviceCounters): Promise<void> {
    const isPending = (): boolean => device().closed().includes(counters);
    let problem = counters.mustAsk() ? await ask(counters) : undefined;
    if (problem === undefined && isPending()) problem = await push(counters);
    if (problem === undefined) {
      device().forget(counters);
      return;
    }
    const { deviceId } = counters;
    const text = describe(problem);
    if (text !== saidOfClosed) logger.warn({ deviceId, problem: text }, 'the last push of a former DeviceID failed');
    saidOfClosed = text;
    // Nothing may be taken over from another exporter; the next answer tells it from an earlier process of this one.
    if (problem.kind === 'held_by_another_state') counters.askAgain(false);
    // With what the gateway holds taken over, nothing is left that could make it accept them.
    const isFinal = problem.kind === 'fell_behind' && closedBehind.has(counters);
    if (problem.kind === 'fell_behind') closedBehind.add(counters);
    if (isFinal || problem.kind === 'refused' || problem.kind === 'token_of_another_device') {
      logger.warn({ deviceId }, 'given up: what the gateway lacks of it is counted under the present DeviceID');
      device().giveUp(counters);
    }
  }

  async function attempt(): Promise<boolean> {
    const counters = device().current();
    const unanswered = counters.mustAsk() ? await ask(counters) : undefined;
    if (unanswered !== undefined) {
      await save(device().save());
      return fail(unanswered);
    }
    // It may have been renamed meanwhile.
    if (counters !== device().current()) return attempt();
    for (const each of device().closed()) await pushClosed(each);
    const problem = await push(counters);
    // It may have been accepted: two in doubt could not be told apart, so that no other is begun before that is known.
    if (problem?.kind === 'unreachable' || problem?.kind === 'unavailable') counters.askAgain(false);
    if (problem !== undefined) return fail(problem);
    if (state.kind === 'failing') logger.info('pushing again');
    failures = 0;
    said = '';
    lastAccepted = clock.now();
    state = { kind: 'accepted', at: lastAccepted, sequence: counters.save().sequence };
    options.onPush('accepted');
    return true;
  }

  /** Two pushes at once would not know which is newer. A defect of ours must not end the reporting of a device. */
  const pushNow = (): Promise<boolean> =>
    pushes.run(() =>
      attempt().catch((error: unknown) =>
        fail({ kind: 'defect', detail: error instanceof Error ? error.message : String(error) }),
      ),
    );

  /** Milliseconds until another exporter that pushes no more gives up the DeviceID; undefined where none holds it. */
  const heldFor = (): number | undefined =>
    state.kind === 'failing' && state.problem.kind === 'held_by_another_state' ? state.problem.freeIn : undefined;

  function pause(): number {
    if (failures === 0) return options.interval();
    const wait = backoffDelay({ first: FIRST_PAUSE_MS, longest: LONGEST_PAUSE_MS }, failures, chance());
    return Math.min(wait, heldFor() ?? wait);
  }

  async function pushOnAndOn(): Promise<void> {
    await clock.sleep(Math.min(FIRST_PUSH_MS, options.interval()), stopping.signal);
    while (!stopping.signal.aborted) {
      // Before the push: an edit that comes meanwhile cuts short the pause after it.
      waiting = new AbortController();
      await pushNow();
      if (stopping.signal.aborted) return;
      await clock.sleep(pause(), waiting.signal);
    }
  }

  return {
    start() {
      loop = pushOnAndOn();
    },
    state: () => state,
    pushNow,
    save: () => save(device().save()),
    hurry() {
      failures = 0;
      said = '';
      waiting.abort();
    },
    async stop() {
      stopping.abort();
      waiting.abort();
      await loop;
      await pushes.idle();
      await writes.idle();
    },
  };
}

/** Trouble of the gateway or on the way to it, which passes by itself. */
const isPassing = ({ kind }: PushProblem): boolean => ['unreachable', 'unavailable', 'defect'].includes(kind);
