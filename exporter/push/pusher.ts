import { backoffDelay } from '../../core/backoff.ts';
import { type Language, translate } from '../../core/language.ts';
import type { Clock } from '../../runtime/clock.ts';
import { errorCode } from '../../runtime/error-code.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { Account } from '../account.ts';
import type { PushMetric } from '../metrics.ts';
import type { SavedAccount } from '../saved-account.ts';
import type { GatewayAddress, GatewayClient } from './gateway-client.ts';
import { describePushProblem, type PushProblem } from './problem.ts';

/** How pushing goes. */
export type PushState =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'accepted'; readonly at: number; readonly sequence: number }
  | { readonly kind: 'failing'; readonly problem: PushProblem; readonly lastAccepted: number | undefined };

export interface PusherOptions {
  readonly gateway: GatewayClient;
  readonly clock: Clock;
  readonly logger: Logger;
  /** In which the operator is told what is wrong, as of now. */
  language(): Language;
  chance(): number;
  /** Where to push as of now. */
  address(): Omit<GatewayAddress, 'deviceId'>;
  /** Milliseconds between pushes, as of now. */
  interval(): number;
  /** The device as of now; another object after its DeviceID changed. */
  account(): Account;
  /** Exposition text; the counters are taken before it returns. */
  render(): Promise<string>;
  write(saved: SavedAccount): Promise<void>;
  onPush(result: PushMetric): void;
  /** A text without spaces that no other exporter has ever had. */
  newStateId(): string;
}

/** Pushes one device's counters until it is stopped. */
export interface Pusher {
  start(): void;
  state(): PushState;
  /** One push now, after a running one has ended; whether it was accepted. */
  pushNow(): Promise<boolean>;
  /** Writes the state as it stands, also while a push waits for its answer: for when more than a frame would be lost. */
  save(): Promise<void>;
  /** Does something while no push is under way. */
  between(task: () => void): Promise<void>;
  /** Pushes at once, or at once after a running push: the interval or the address has changed. */
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
  const { gateway, clock, logger, chance, account, write } = options;
  const stopping = new AbortController();
  let state: PushState = { kind: 'waiting' };
  let lastAccepted: number | undefined;
  let failures = 0;
  let said = '';
  let stateWritten = true;
  let writing: Promise<void> = Promise.resolve();
  let running: Promise<unknown> = Promise.resolve();
  let loop: Promise<void> = Promise.resolve();
  let waiting = new AbortController();

  /** One after the other, the newest last. */
  function save(saved: SavedAccount): Promise<void> {
    writing = writing.then(() => tryToWrite(saved));
    return writing;
  }

  async function tryToWrite(saved: SavedAccount): Promise<void> {
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
    failures += 1;
    const { origin } = options.address();
    const text = translate(describePushProblem(problem, origin), options.language());
    if (text !== said) logger.warn({ problem: text }, 'not pushed; trying again');
    said = text;
    state = { kind: 'failing', problem, lastAccepted };
    options.onPush(isPassing(problem) ? 'failed' : 'refused');
    return false;
  }

  /** Compares with what the gateway holds; whether it answered. */
  async function agree(device: Account, address: GatewayAddress): Promise<boolean> {
    const former = device.former();
    if (former !== undefined) {
      const answer = await gateway.readBack({ ...address, deviceId: former });
      if (answer.kind === 'problem' && isPassing(answer.problem)) {
        await save(device.save());
        return fail(answer.problem);
      }
      // A token that is not good for the former name must not keep the new one back.
      device.settleFormer(answer.kind === 'problem' ? { kind: 'nothing' } : answer);
    }
    const readBack = await gateway.readBack(address);
    if (readBack.kind === 'problem') {
      await save(device.save());
      return fail(readBack.problem);
    }
    const now = clock.now();
    const outcome = device.reconcile(
      readBack.kind === 'found' && readBack.age !== undefined
        ? { ...readBack, acceptedAt: now - readBack.age }
        : readBack,
      now,
      options.newStateId,
    );
    if (outcome === 'began') logger.info('the gateway knows nothing of this device: counting begins with it');
    if (outcome === 'resumed') logger.warn('the counters were taken from the gateway and go on from there');
    return true;
  }

  async function attempt(): Promise<boolean> {
    const device = account();
    const address = { ...options.address(), deviceId: device.deviceId };
    if (device.mustAsk() && !(await agree(device, address))) return false;
    // One instant: nothing may come between the state and the text.
    const saved = device.beginPush();
    const [body] = await Promise.all([options.render(), save(saved)]);
    const { stateId, sequence } = saved;
    const result = await gateway.push(address, { stateId, sequence, body });
    if (result.kind === 'problem') {
      if (result.problem.kind === 'fell_behind') device.fellBehind();
      return fail(result.problem);
    }
    device.accepted();
    if (state.kind === 'failing') logger.info('pushing again');
    failures = 0;
    said = '';
    lastAccepted = clock.now();
    state = { kind: 'accepted', at: lastAccepted, sequence };
    options.onPush('accepted');
    return true;
  }

  /** One after the other: two pushes at once would not know which is newer. */
  function inTurn<T>(task: () => T | Promise<T>): Promise<T> {
    const next = running.then(task);
    running = next.catch(() => undefined);
    return next;
  }

  const pushNow = (): Promise<boolean> =>
    inTurn(async () => {
      try {
        return await attempt();
      } catch (error) {
        // A defect of ours must not end the reporting of a device.
        return fail({ kind: 'defect', detail: error instanceof Error ? error.message : String(error) });
      }
    });

  function pause(): number {
    if (failures === 0) return options.interval();
    return backoffDelay({ first: FIRST_PAUSE_MS, longest: LONGEST_PAUSE_MS }, failures, chance());
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
    save: () => save(account().save()),
    between: inTurn,
    hurry() {
      failures = 0;
      said = '';
      waiting.abort();
    },
    async stop() {
      stopping.abort();
      waiting.abort();
      await loop;
      await running;
      await writing;
    },
  };
}

/** Trouble of the gateway or on the way to it, which passes by itself. */
const isPassing = ({ kind }: PushProblem): boolean => ['unreachable', 'unavailable', 'defect'].includes(kind);
