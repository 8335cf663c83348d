import { createDiskHealth } from '../runtime/disk-health.ts';
import type { Logger } from '../runtime/logger.ts';
import type { LastReload } from '../runtime/reload.ts';
import { type Account, createAccount } from './account.ts';
import { type DeviceConfig, kernelAddress } from './config.ts';
import { createDayKeeper } from './day-keeper.ts';
import type { Host } from './host/host.ts';
import { createInterfaceWatch, type InterfaceWatch, isOnThisMachine } from './interfaces/interface-watch.ts';
import { createWitness, type InterfaceView } from './interfaces/witness.ts';
import { createKernelClient, type KernelClient } from './kernel/client.ts';
import type { KernelLink } from './kernel/problem.ts';
import type { Catalog, Frame } from './ledger/frame.ts';
import type { LedgerCounters } from './ledger/ledger.ts';
import { ledgerOptions } from './ledger-options.ts';
import { createExporterMetrics, type DeviceMoment } from './metrics.ts';
import { createGatewayClient } from './push/gateway-client.ts';
import { createPusher, type PushState } from './push/pusher.ts';
import { newAccount } from './saved-account.ts';
import { statePath } from './state/state-file.ts';
import { createStateStore } from './state/state-store.ts';
import { todayPath } from './state/today-file.ts';
import type { TodayView } from './today.ts';

export interface WatchOptions {
  /** What holds for this kernel as of now. */
  config(): DeviceConfig;
  /** How the last edit of the settings was taken. */
  lastReload(): LastReload;
  /** What relative paths of the settings are relative to. */
  readonly folder: string;
  readonly host: Host;
  readonly logger: Logger;
}

/** What a person wants to see of a device. */
export interface DeviceView {
  readonly deviceId: string;
  readonly kernelAddress: string;
  readonly link: KernelLink;
  readonly logsUp: boolean;
  /** When the frame arrived that the counters rest on, epoch milliseconds; undefined before this process saw one. */
  readonly lastFrameAt: number | undefined;
  readonly counters: LedgerCounters;
  readonly interfaces: InterfaceView;
  readonly today: TodayView;
  readonly gateway: string;
  readonly push: PushState;
  /** Why the state is not on the disk; absent while it is. */
  readonly stateProblem?: string | undefined;
}

/** One kernel with all that is kept of it: its account, state file, metrics and pushes. It shares nothing with others. */
export interface Watch {
  /** @throws StateError */
  start(): Promise<void>;
  /** Takes a last frame, pushes it, writes the state. */
  stop(): Promise<void>;
  /** Applies what an edit changed. */
  change(next: DeviceConfig, previous: DeviceConfig): Promise<void>;
  view(): DeviceView;
  /** Exposition text of the moment. */
  render(): Promise<string>;
}

/** How long the gateway may keep a stopping exporter waiting. */
const LAST_PUSH_MS = 5000;
/** Settings that the link to the kernel rests on. */
const LINK_KEYS = ['MihomoAPIAddr', 'MihomoSecret', 'MihomoCA', 'MihomoFingerprint', 'PollInterval'] as const;

/** Settings that a wait for the next push rests on. */
const PUSH_KEYS = ['RemoteServer', 'RemoteToken', 'PushInterval'] as const;

export function createWatch(options: WatchOptions): Watch {
  const { config, folder, host, logger } = options;
  const { clock, chance, uniqueText: newStateId } = host;
  const metrics = createExporterMetrics(clock.now());
  const gateway = createGatewayClient(host.network);
  const stateFolder = (): string => host.files.absolute(config().StateDir, folder);
  const store = createStateStore({
    path: () => statePath(stateFolder(), config().kernel),
    copyPath() {
      const { StateSync, kernel: name } = config();
      return StateSync === undefined ? undefined : statePath(host.files.absolute(StateSync, folder), name);
    },
    clock,
    logger,
  });
  const disk = createDiskHealth(stateFolder, '[client] StateDir');
  const day = createDayKeeper({
    path: () => todayPath(stateFolder(), config().kernel),
    rule: () => ({ zone: config().Timezone, dayEnds: config().DayEnds }),
    logger,
  });

  let account: Account;
  let kernel: KernelClient;
  let interfaces: InterfaceWatch;
  const witness = createWitness();
  let link: KernelLink = { kind: 'connecting' };
  let kernelVersion: string | undefined;
  let logsUp = false;
  let lastFrameAt: number | undefined;

  const moment = (): DeviceMoment => ({
    counters: account.counters(),
    interfaces: account.interfaces(),
    checks: account.checks(),
    kernelUp: link.kind === 'up',
    kernelVersion,
    logsUp,
    reload: options.lastReload(),
  });

  const pusher = createPusher({
    gateway,
    clock,
    logger,
    language: () => config().Language,
    chance,
    address: () => ({ origin: config().RemoteServer, token: config().RemoteToken }),
    interval: () => config().PushInterval,
    account: () => account,
    render: () => metrics.render(moment()),
    write: (saved) => disk.watch(() => store.write(saved)),
    onPush: (result) => metrics.push(result),
    newStateId,
  });

  function onFrame(frame: Frame, catalog: Catalog): void {
    day.beforeFrame(frame.at, account);
    const began = performance.now();
    const outcome = account.apply(frame, catalog);
    metrics.frame((performance.now() - began) / 1000);
    if (outcome.kind === 'stale') return;
    if (outcome.kind === 'baseline')
      logger.info({ skipped: outcome.skipped }, 'first frame: the baseline, unless the gateway knows an earlier one');
    if (outcome.kind === 'restarted') {
      logger.warn('the kernel has restarted; its totals began anew');
      void pusher.save();
    }
    const unobserved = lastFrameAt === undefined ? 0 : frame.at - lastFrameAt - 2 * config().PollInterval;
    if (unobserved > 0) metrics.unobserved(unobserved / 1000);
    lastFrameAt = frame.at;
  }

  function watchInterfaces(current: DeviceConfig): InterfaceWatch {
    const watch = createInterfaceWatch({
      network: host.network,
      interfaces: host.interfaces,
      kernel: kernelAddress(host.files, current, folder),
      clock,
      logger,
      onReading(readings) {
        account.readInterfaces(readings);
        witness.note(account.interfaces(), account.counters().kernel);
      },
    });
    watch.start();
    return watch;
  }

  function watchKernel(current: DeviceConfig): KernelClient {
    const client = createKernelClient({
      network: host.network,
      ...kernelAddress(host.files, current, folder),
      pollInterval: current.PollInterval,
      clock,
      logger,
      language: () => config().Language,
      chance,
      onFrame,
      onTotals: (totals) => account.noteTotals(totals),
      onConnectionOpened: (connection) => account.noteBirth(connection),
      onChecks: (nodes) => account.noteChecks(nodes),
      onLogs(heard) {
        logsUp = heard;
        account.setLogsAvailable(heard);
      },
      onLink(next) {
        if (next.kind === 'down' && next.problem.kind === 'refused') account.noteGone(clock.now());
        // Should the kernel not come back as it was, this is all that is left of it.
        if (link.kind === 'up' && next.kind === 'down') void pusher.save();
        link = next;
        if (next.kind === 'up') kernelVersion = next.version;
      },
    });
    client.start();
    return client;
  }

  async function openAccount(current: DeviceConfig): Promise<Account> {
    const { DeviceID, MihomoAPIAddr } = current;
    const saved = (await store.read()) ?? newAccount(DeviceID, MihomoAPIAddr, newStateId());
    let opened = createAccount(saved, ledgerOptions(current));
    await day.open(DeviceID);
    if (opened.deviceId !== DeviceID) opened = renamed(opened, current);
    opened.moveTo(MihomoAPIAddr);
    if (isOnThisMachine(MihomoAPIAddr)) opened.noteMachineStart(host.machineStartedAt());
    return day.follow(opened);
  }

  function renamed(old: Account, current: DeviceConfig): Account {
    logger.warn({ from: old.deviceId, to: current.DeviceID }, 'the DeviceID has changed: new counters begin');
    const next = createAccount(old.rename(current.DeviceID, newStateId()), ledgerOptions(current));
    next.setLogsAvailable(logsUp);
    return next;
  }

  return {
    async start() {
      const current = config();
      account = await openAccount(current);
      kernel = watchKernel(current);
      interfaces = watchInterfaces(current);
      pusher.start();
    },
    async stop() {
      await Promise.all([kernel.stop(), interfaces.stop()]);
      // Closing the client ends what still waits for an answer.
      const deadline = setTimeout(() => void gateway.close(), LAST_PUSH_MS);
      await pusher.stop();
      if (!(await pusher.pushNow()))
        logger.warn('the last push was not accepted; the state keeps it for the next start');
      clearTimeout(deadline);
      await store.close();
      await gateway.close();
      await day.close();
    },
    async change(next, previous) {
      if (PUSH_KEYS.some((key) => next[key] !== previous[key])) pusher.hurry();
      account.reconfigure(ledgerOptions(next));
      if (next.StateDir !== previous.StateDir) day.save();
      if (next.DeviceID !== account.deviceId) {
        await pusher.pushNow();
        await pusher.between(() => {
          account = day.follow(renamed(account, next));
          day.begin(next.DeviceID);
        });
      }
      if (LINK_KEYS.some((key) => next[key] !== previous[key])) {
        await Promise.all([kernel.stop(), interfaces.stop()]);
        account.moveTo(next.MihomoAPIAddr);
        link = { kind: 'connecting' };
        kernel = watchKernel(next);
        interfaces = watchInterfaces(next);
      }
    },
    view() {
      const counters = account.counters();
      return {
        deviceId: account.deviceId,
        kernelAddress: config().MihomoAPIAddr,
        link,
        logsUp,
        lastFrameAt,
        counters,
        interfaces: witness.view(),
        today: day.view(counters, clock.now()),
        gateway: config().RemoteServer,
        push: pusher.state(),
        stateProblem: disk.problem(),
      };
    },
    render: () => metrics.render(moment()),
  };
}
