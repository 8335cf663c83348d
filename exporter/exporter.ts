import { resolve } from 'node:path';
import type { Clock } from '../runtime/clock.ts';
import type { HttpListener } from '../runtime/http-listener.ts';
import type { Logger } from '../runtime/logger.ts';
import type { SettingsFile } from '../runtime/settings-file.ts';
import { type Account, createAccount, newAccount } from './account.ts';
import type { ExporterConfig } from './config.ts';
import { serveExporter } from './http.ts';
import { createKernelClient, type KernelClient } from './kernel/client.ts';
import type { KernelLink } from './kernel/problem.ts';
import type { Catalog, Frame } from './ledger/frame.ts';
import type { LedgerCounters, LedgerOptions } from './ledger/ledger.ts';
import { createExporterMetrics, type DeviceMoment } from './metrics.ts';
import { createGatewayClient } from './push/gateway-client.ts';
import { createPusher, type PushState } from './push/pusher.ts';
import { readState, statePath, writeState } from './state/state-file.ts';

export interface ExporterOptions {
  readonly settings: SettingsFile<ExporterConfig>;
  /** What relative paths of the settings are relative to. */
  readonly folder: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** 0 to 1, drawn anew at each call. */
  chance(): number;
  /** A text without spaces that no other exporter has ever had. */
  newStateId(): string;
}

/** What a person wants to see of a device. */
export interface DeviceView {
  readonly deviceId: string;
  readonly kernelAddress: string;
  readonly link: KernelLink;
  readonly logsUp: boolean;
  readonly counters: LedgerCounters;
  readonly gateway: string;
  readonly push: PushState;
}

/** Accounts one device's kernel and pushes its counters. */
export interface Exporter {
  /** @throws ListenError, StateError */
  start(): Promise<void>;
  /** Takes a last frame, pushes it, writes the state. */
  stop(): Promise<void>;
  view(): DeviceView;
  /** Where `/metrics` is, once started. */
  metricsOrigin(): string | undefined;
}

/** How many keys a family names before the rest is `other`. */
const FAMILY_CAP = 50;
/** How long the gateway may keep a stopping exporter waiting. */
const LAST_PUSH_MS = 5000;

const ledgerOptions = ({ LocalNodes }: ExporterConfig): LedgerOptions => ({
  localNodes: LocalNodes,
  familyCap: FAMILY_CAP,
});

export function createExporter(options: ExporterOptions): Exporter {
  const { settings, folder, clock, logger, chance, newStateId } = options;
  const config = (): ExporterConfig => settings.current();
  const metrics = createExporterMetrics(clock.now());
  const gateway = createGatewayClient();
  const stateFile = (): string => statePath(resolve(folder, config().StateDir));

  let account: Account;
  let kernel: KernelClient;
  let listener: HttpListener | undefined;
  let link: KernelLink = { kind: 'connecting' };
  let kernelVersion: string | undefined;
  let logsUp = false;
  let lastFrameAt: number | undefined;
  let stopWatching = (): void => {};
  let changes: Promise<void> = Promise.resolve();

  const moment = (): DeviceMoment => ({
    counters: account.counters(),
    kernelUp: link.kind === 'up',
    kernelVersion,
    logsUp,
    settingsGood: settings.lastReloadSuccessful(),
  });

  const pusher = createPusher({
    gateway,
    clock,
    logger,
    chance,
    address: () => ({ origin: config().RemoteServer, token: config().RemoteToken }),
    interval: () => config().PushInterval,
    account: () => account,
    render: () => metrics.render(moment()),
    write: (saved) => writeState(stateFile(), saved),
    onPush: (result) => metrics.push(result),
  });

  function onFrame(frame: Frame, catalog: Catalog): void {
    const began = performance.now();
    const outcome = account.apply(frame, catalog);
    metrics.frame((performance.now() - began) / 1000);
    if (outcome.kind === 'stale') return;
    if (outcome.kind === 'baseline')
      logger.info({ skipped: outcome.skipped }, 'first frame: the baseline, unless the gateway knows an earlier one');
    if (outcome.kind === 'restarted') logger.warn('the kernel has restarted; its totals began anew');
    const unobserved = lastFrameAt === undefined ? 0 : frame.at - lastFrameAt - 2 * config().PollInterval;
    if (unobserved > 0) metrics.unobserved(unobserved / 1000);
    lastFrameAt = frame.at;
  }

  function watchKernel({ MihomoAPIAddr, MihomoSecret, PollInterval }: ExporterConfig): KernelClient {
    const client = createKernelClient({
      address: MihomoAPIAddr,
      secret: MihomoSecret,
      pollInterval: PollInterval,
      clock,
      logger,
      chance,
      onFrame,
      onBirth: (birth) => account.noteBirth(birth),
      onLogs(heard) {
        logsUp = heard;
        account.setLogsAvailable(heard);
      },
      onLink(next) {
        link = next;
        if (next.kind === 'up') kernelVersion = next.version;
      },
    });
    client.start();
    return client;
  }

  async function openAccount(current: ExporterConfig): Promise<Account> {
    const { DeviceID, MihomoAPIAddr } = current;
    const read = await readState(stateFile(), clock.now());
    if (read.kind === 'set_aside') {
      logger.error(
        { reason: read.reason, movedTo: read.movedTo },
        'the state is not usable and was set aside; the gateway is asked for the counters',
      );
    }
    const fresh = newAccount(DeviceID, MihomoAPIAddr, newStateId());
    let opened = createAccount(read.kind === 'found' ? read.account : fresh, ledgerOptions(current));
    if (opened.deviceId !== DeviceID) opened = renamed(opened, current);
    opened.moveTo(MihomoAPIAddr);
    return opened;
  }

  function renamed(old: Account, current: ExporterConfig): Account {
    logger.warn({ from: old.deviceId, to: current.DeviceID }, 'the DeviceID has changed: new counters begin');
    const next = createAccount(old.rename(current.DeviceID, newStateId()), ledgerOptions(current));
    next.setLogsAvailable(logsUp);
    return next;
  }

  const listen = (current: ExporterConfig): Promise<HttpListener> =>
    serveExporter(
      {
        contentType: metrics.contentType,
        metrics: () => metrics.render(moment()),
        health: () => ({ kernel: link.kind, push: pusher.state().kind, settings: settings.lastReloadSuccessful() }),
      },
      current.MetricsListen,
    );

  async function listenElsewhere(current: ExporterConfig): Promise<void> {
    try {
      const next = await listen(current);
      await listener?.close();
      listener = next;
    } catch (error) {
      logger.error({ err: error }, 'metrics stay where they were');
    }
  }

  async function change(next: ExporterConfig, previous: ExporterConfig): Promise<void> {
    const changed = (key: keyof ExporterConfig): boolean => JSON.stringify(next[key]) !== JSON.stringify(previous[key]);
    account.reconfigure(ledgerOptions(next));
    if (changed('DeviceID')) {
      await pusher.pushNow();
      await pusher.between(() => {
        account = renamed(account, next);
      });
    }
    if (changed('MihomoAPIAddr') || changed('MihomoSecret') || changed('PollInterval')) {
      await kernel.stop();
      account.moveTo(next.MihomoAPIAddr);
      link = { kind: 'connecting' };
      kernel = watchKernel(next);
    }
    if (changed('MetricsListen')) await listenElsewhere(next);
  }

  return {
    async start() {
      const current = config();
      account = await openAccount(current);
      listener = await listen(current);
      kernel = watchKernel(current);
      pusher.start();
      stopWatching = settings.onChange((next, previous) => {
        changes = changes
          .then(() => change(next, previous))
          .catch((error) => logger.error({ err: error }, 'a change of settings did not fully apply'));
      });
    },
    async stop() {
      stopWatching();
      await changes;
      await kernel.stop();
      // Closing the client ends what still waits for an answer.
      const deadline = setTimeout(() => void gateway.close(), LAST_PUSH_MS);
      await pusher.stop();
      if (!(await pusher.pushNow()))
        logger.warn('the last push was not accepted; the state keeps it for the next start');
      clearTimeout(deadline);
      await gateway.close();
      await listener?.close();
    },
    view: () => ({
      deviceId: account.deviceId,
      kernelAddress: config().MihomoAPIAddr,
      link,
      logsUp,
      counters: account.counters(),
      gateway: config().RemoteServer,
      push: pusher.state(),
    }),
    metricsOrigin: () => listener?.origin,
  };
}
