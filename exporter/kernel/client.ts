import { backoffDelay } from '../../core/backoff.ts';
import { type Language, translate } from '../../core/language.ts';
import type { Clock } from '../../runtime/async.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { Network } from '../host/network.ts';
import type { Catalog, ConnectionOpened, Frame, Totals } from '../ledger/frame.ts';
import type { CheckedNode } from '../ledger/side-counters.ts';
import { type KernelAddress, openKernelApi } from './api.ts';
import { type CatalogSource, createCatalogSource } from './catalog.ts';
import { createFrameDecoder } from './decoder/frame-decoder.ts';
import { FrameError } from './decoder/messages.ts';
import { describeKernelProblem, type KernelLink, type KernelProblem } from './problem.ts';
import { createTrafficStream, followFrames, followLog } from './streams.ts';

export interface KernelClientOptions extends KernelAddress {
  readonly network: Network;
  /** Milliseconds between frames. */
  readonly pollInterval: number;
  readonly clock: Clock;
  readonly logger: Logger;
  /** In which the operator is told what is wrong, as of now. */
  language(): Language;
  /** 0 to 1, drawn again at each call. */
  chance(): number;
  /** Called once a frame, in order, never while an earlier call runs. */
  onFrame(frame: Frame, catalog: Catalog): void;
  /** Called before the first frame of a link. */
  onVersion(version: string): void;
  /** Called with what no two processes of a kernel have in common, before the first frame of a link and now and then. */
  onLife(life: string): void;
  /** Called in order with the frames. */
  onTotals(totals: Totals): void;
  /** Called with each connection that the log says has opened. */
  onConnectionOpened(connection: ConnectionOpened): void;
  /** Called with the health checks that the kernel remembers, whenever its nodes were listed. */
  onChecks(nodes: readonly CheckedNode[]): void;
  /** Whether the log is being followed. */
  onLogs(open: boolean): void;
  onLink(link: KernelLink): void;
}

/** Watches one kernel at one address until it is stopped. */
export interface KernelClient {
  start(): void;
  /** Ends the streams and asks for one last frame; all frames have been handed on when it resolves. */
  stop(): Promise<void>;
}

/** A kernel restarts within a second or two; a device without one should not be busy asking. */
const BACKOFF = { first: 500, longest: 15_000 };
const LAST_FRAME_TIMEOUT_MS = 3000;

export function createKernelClient(options: KernelClientOptions): KernelClient {
  const { address, pollInterval, clock, logger, language, chance } = options;
  const { onFrame, onTotals, onConnectionOpened, onChecks, onLogs, onLink } = options;
  const api = openKernelApi(options.network, options);
  const stopping = new AbortController();
  const catalog = createCatalogSource(api, clock, logger, language, options.onLife, onChecks);
  const queue = createFrameQueue(catalog, stopping.signal, onFrame, onTotals);
  const traffic = createTrafficStream({ api, clock, logger, pollInterval, onTotals: queue.accept });
  let saidBad = false;
  const newDecoder = () =>
    createFrameDecoder((detail) => {
      if (!saidBad) logger.warn({ detail }, 'a connection cannot be counted; its bytes count as those that none shows');
      saidBad = true;
    });
  let decoder = newDecoder();
  let running: Promise<void> = Promise.resolve();
  let said = '';

  const report = (link: KernelLink): void => {
    const text =
      link.kind === 'down' ? translate(describeKernelProblem(link.problem, address), language()) : JSON.stringify(link);
    if (text !== said) {
      said = text;
      if (link.kind === 'up') logger.info({ version: link.version, via: link.via }, 'reading the kernel');
      if (link.kind === 'down') logger.warn({ problem: text }, 'the kernel cannot be read; trying again');
    }
    onLink(link);
  };
  const reportProblem = (problem: KernelProblem): void => report({ kind: 'down', problem });

  /** Decodes one message; a bad one is said and left out, since the next frame covers its span. */
  function take(message: Uint8Array, place: Pick<Frame, 'continues' | 'begins'>): boolean {
    try {
      queue.accept({ ...decoder.decode(message, clock.now()), ...place });
      return true;
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      reportProblem({ kind: 'bad_frame', detail: error.message });
      return false;
    }
  }

  /** One life of the link; whether it brought a frame. */
  async function follow(version: string): Promise<boolean> {
    await catalog.refresh(stopping.signal);
    options.onVersion(version);
    // A restarted kernel may use ids again.
    decoder = newDecoder();
    let broughtFrame = false;
    let heldSinceFrame = false;
    const session = new AbortController();
    const signal = AbortSignal.any([stopping.signal, session.signal]);
    const log = followLog({
      api,
      signal,
      clock,
      isKnownName: (name) => catalog.current().has(name),
      onOpened(connection) {
        catalog.noteOpened(connection);
        onConnectionOpened(connection);
      },
      onReload: catalog.noteReload,
      onLogs,
    });
    const { ended } = await traffic.begin(signal);
    const problem = await followFrames({
      api,
      signal,
      clock,
      pollInterval,
      onMessage(message, via) {
        if (!take(message, { continues: heldSinceFrame, begins: !broughtFrame })) return;
        broughtFrame = true;
        traffic.noteFrame(via, heldSinceFrame);
        // Between two GETs a kernel can restart unnoticed; a WebSocket ends with it.
        heldSinceFrame = via === 'websocket';
        report({ kind: 'up', version, via });
      },
    });
    session.abort();
    await Promise.all([log, ended]);
    if (problem !== undefined) reportProblem(problem);
    return broughtFrame;
  }

  async function watch(): Promise<void> {
    let failures = 0;
    while (!stopping.signal.aborted) {
      const version = await api.version(stopping.signal);
      if (stopping.signal.aborted) return;
      if (version.kind === 'problem') reportProblem(version.problem);
      else if (await follow(version.value)) failures = 0;
      failures += 1;
      await clock.sleep(backoffDelay(BACKOFF, failures, chance()), stopping.signal);
    }
  }

  return {
    start() {
      running = watch();
    },
    async stop() {
      stopping.abort();
      await running;
      queue.flush();
      const answer = await api.get('/connections', AbortSignal.timeout(LAST_FRAME_TIMEOUT_MS));
      if (answer.kind === 'answer') take(answer.value, {});
      await api.close();
    },
  };
}

/**
 * Hands frames on in order, each with a catalog that knows its nodes, and the totals that come between them.
 *
 * A frame whose nodes are in doubt waits until the kernel was asked once, since counters only rise: a byte booked under the
 * wrong class or provider stays there. A waiting frame is only a later one; nothing is lost by it. What totals tell
 * depends on the frame before them, so that they wait behind it.
 */
export function createFrameQueue(
  catalog: CatalogSource,
  signal: AbortSignal,
  handFrame: (frame: Frame, catalog: Catalog) => void,
  handTotals: (totals: Totals) => void,
) {
  const waiting: (Frame | Totals)[] = [];
  let refreshing = false;
  let flushed = false;

  const ask = (task: () => Promise<void>): void => {
    refreshing = true;
    void task().finally(() => {
      refreshing = false;
      drain();
    });
  };

  const hand = (message: Frame | Totals): void => {
    if (isFrame(message)) handFrame(message, catalog.current());
    else handTotals(message);
  };
  const handAll = (): void => {
    for (let message = waiting.shift(); message !== undefined; message = waiting.shift()) hand(message);
  };

  function drain(): void {
    while (!refreshing && !flushed) {
      const message = waiting[0];
      if (message === undefined) return;
      const task = isFrame(message) && !signal.aborted ? catalog.wanted(message, signal) : undefined;
      if (task !== undefined) {
        ask(task);
        return;
      }
      waiting.shift();
      hand(message);
      if (isFrame(message) && catalog.isOld() && !signal.aborted) ask(() => catalog.refresh(signal));
    }
  }

  return {
    accept(message: Frame | Totals) {
      waiting.push(message);
      if (flushed) handAll();
      else drain();
    },
    /** Hands on what is held back, with the present catalog; later frames pass without waiting. */
    flush() {
      flushed = true;
      handAll();
    },
  };
}

const isFrame = (message: Frame | Totals): message is Frame => 'connections' in message;
