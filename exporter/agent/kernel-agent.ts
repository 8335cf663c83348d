import { translate } from '../../core/language.ts';
import { createDiskHealth } from '../../runtime/health.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { LastReload } from '../../runtime/reload.ts';
import type { DeviceConfig } from '../config.ts';
import type { DeviceView } from '../console/summary.ts';
import { createDevice, type Device } from '../device/device.ts';
import type { DeviceCounters } from '../device/device-counters.ts';
import { createInterfaceReader, createKernelComparison, type InterfaceReader } from '../device/interfaces.ts';
import { newDevice } from '../device/saved-device.ts';
import { createStateAppender, createStateStore } from '../device/state-store.ts';
import { createTodayStore, todayPath } from '../device/today.ts';
import type { Host } from '../host/host.ts';
import { isOnThisMachine, kernelAddressOf } from '../kernel/api.ts';
import { createKernelClient, type KernelClient } from '../kernel/client.ts';
import type { KernelLink } from '../kernel/problem.ts';
import type { Catalog, Frame } from '../ledger/frame.ts';
import type { LedgerOptions } from '../ledger/ledger.ts';
import { createGatewayClient } from '../push/gateway-client.ts';
import { type DeviceMoment, newProcessCounters, renderMetrics } from '../push/metrics.ts';
import { describePushProblem } from '../push/problem.ts';
import { createPusher } from '../push/pusher.ts';

interface KernelAgentOptions {
  /** What holds for this kernel at first. */
  readonly config: DeviceConfig;
  /** How the last edit of the settings was taken. */
  lastReload(): LastReload;
  /** What relative paths of the settings are relative to. */
  readonly folder: string;
  /** The settings' file, which the state says it belongs to. */
  readonly settingsPath: string;
  readonly host: Host;
  readonly logger: Logger;
}

/** One kernel with all that is kept of it: its counters, state file, metrics and pushes. It shares nothing with others. */
export interface KernelAgent {
  /** @throws StateError */
  start(): Promise<void>;
  /** Takes a last frame, pushes it, writes the state. */
  stop(): Promise<void>;
  /** Applies what an edit changed; what held before holds on where that fails. */
  change(next: DeviceConfig): Promise<void>;
  view(): DeviceView;
  /** Exposition text of the moment. */
  render(): string;
}

/** Bytes that may be missing, below which nothing is said. */
const WORTH_SAYING = 1e6;
/** How long the gateway may keep a stopping exporter waiting. */
const LAST_PUSH_MS = 5000;
/** Settings that a wait for the next push rests on. */
const PUSH_KEYS = ['RemoteServer', 'RemoteToken', 'PushInterval', 'DeviceID'] as const;

export function createKernelAgent(options: KernelAgentOptions): KernelAgent {
  const { folder, host, logger } = options;
  let config = options.config;
  const { clock, chance, uniqueText: newStateId } = host;
  const own = newProcessCounters(clock.now());
  const gateway = createGatewayClient(host.network);
  const stateFolder = (): string => host.files.absolute(config.StateDir, folder);
  const disk = createDiskHealth(stateFolder, '[client] StateDir');
  const store = createStateStore({
    files: host.files,
    folder: stateFolder,
    copyFolder: () => (config.StateSync === undefined ? undefined : host.files.absolute(config.StateSync, folder)),
    owner: `${options.settingsPath}${config.section === 'client' ? '' : ` [${config.section}]`}`,
    clock,
    logger,
    onSetAside: disk.onSetAside,
  });
  const appender = createStateAppender({
    files: host.files,
    folder: stateFolder,
    config: () => config,
    clock,
    logger,
    lastFrameAt: () => lastFrameAt,
    append: () => disk.watch(() => store.append(() => device.save())),
  });
  const day = createTodayStore({
    files: host.files,
    path: () => todayPath(host.files, stateFolder(), config.DeviceID),
    rule: () => ({ zone: config.Timezone, dayEnds: config.DayEnds }),
    clock,
    logger,
    onSetAside: disk.onSetAside,
  });

  const optionsOf = (of: DeviceConfig): LedgerOptions => ({ ...of.ledger, domainOf: host.domainOf });
  /** What the link to the kernel rests on. */
  const linkOf = (of: DeviceConfig): string =>
    JSON.stringify([kernelAddressOf(host.files, of, folder), of.PollInterval]);

  let device: Device;
  let kernel: KernelClient;
  let interfaces: InterfaceReader;
  const comparison = createKernelComparison();
  let link: KernelLink = { kind: 'connecting' };
  /** Whether the kernel runs on this machine. */
  let isLocal = false;
  let kernelVersion: string | undefined;
  let logsUp = false;
  let lastFrameAt: number | undefined;

  const moment = (counters: DeviceCounters): DeviceMoment => ({
    counters: counters.counters(),
    interfaces: counters.interfaces(),
    checks: counters.checks(),
    kernelUp: link.kind === 'up',
    kernelVersion,
    logsUp,
    reload: options.lastReload(),
  });

  const pusher = createPusher({
    gateway,
    clock,
    logger,
    describe: (problem) => translate(describePushProblem(problem, config), config.Language),
    chance,
    address: () => ({ origin: config.RemoteServer, token: config.RemoteToken }),
    interval: () => config.PushInterval,
    device: () => device,
    render: (counters) => renderMetrics(moment(counters), own),
    write: (saved) => disk.watch(() => store.write(saved)),
    onReplaced: day.replace,
    onPush: (result) => void own.pushes.set(result, (own.pushes.get(result) ?? 0) + 1),
    newStateId,
  });

  function onFrame(frame: Frame, catalog: Catalog): void {
    day.beforeFrame(frame.at, device.current());
    const began = performance.now();
    const outcome = device.apply(frame, catalog);
    const seconds = (performance.now() - began) / 1000;
    own.frames += 1;
    own.frameSeconds += seconds;
    for (const bucket of own.buckets) if (seconds <= bucket.le) bucket.frames += 1;
    if (outcome.kind === 'stale') return;
    if (outcome.kind === 'baseline')
      logger.info({ skipped: outcome.skipped }, 'first frame: the baseline, unless the gateway knows an earlier one');
    if (outcome.kind === 'restarted') {
      logger.warn('the kernel has restarted; its totals began at 0 again');
      void pusher.save();
    }
    const { mayLack = 0 } = outcome.kind === 'counted' ? outcome : {};
    if (mayLack > WORTH_SAYING) {
      logger.warn(
        { megabytes: Math.round(mayLack / 1e6) },
        'nothing tells whether the kernel restarted while it was not watched: if it did, so much is missing at most',
      );
    }
    own.unobserved += Math.max(0, frame.at - (lastFrameAt ?? frame.at) - 2 * config.PollInterval) / 1000;
    lastFrameAt = frame.at;
  }

  function openInterfaces(): InterfaceReader {
    const reader = createInterfaceReader({
      network: host.network,
      interfaces: host.interfaces,
      kernel: kernelAddressOf(host.files, config, folder),
      clock,
      logger,
      onReading(readings) {
        const counters = device.current();
        counters.readInterfaces(readings);
        comparison.note(counters.interfaces(), counters.counters().kernel);
      },
    });
    reader.start();
    return reader;
  }

  function openKernel(): KernelClient {
    isLocal = isOnThisMachine(config.MihomoAPIAddr);
    const client = createKernelClient({
      network: host.network,
      ...kernelAddressOf(host.files, config, folder),
      pollInterval: config.PollInterval,
      clock,
      logger,
      language: () => config.Language,
      chance,
      onFrame,
      onVersion: (version) => device.noteRun({ version }),
      onLife: (life) => device.noteRun({ life }),
      onTotals: (totals) => device.noteTotals(totals),
      onConnectionOpened: (connection) => device.noteConnectionOpened(connection),
      onChecks: (nodes) => device.current().noteChecks(nodes),
      onLogs(open) {
        logsUp = open;
        device.setLogsAvailable(open);
      },
      onLink(next) {
        if (next.kind === 'down' && next.problem.kind === 'refused') device.noteGone(clock.now());
        // Should the kernel not come back as it was, this is all that is left of it.
        if (link.kind === 'up' && next.kind === 'down') void pusher.save();
        link = next;
        if (next.kind === 'up') kernelVersion = next.version;
      },
    });
    client.start();
    return client;
  }

  async function openDevice(): Promise<Device> {
    const { DeviceID, MihomoAPIAddr } = config;
    const saved = (await store.read(DeviceID)) ?? newDevice(DeviceID, MihomoAPIAddr, newStateId());
    const opened = createDevice(saved, optionsOf(config), () => (isLocal ? host.machine() : {}));
    await day.open(DeviceID);
    rename(opened, DeviceID);
    opened.moveTo(MihomoAPIAddr);
    if (isOnThisMachine(MihomoAPIAddr)) {
      opened.noteRun(host.machine());
      opened.noteMachineStart(host.machineStartedAt());
    }
    return opened;
  }

  function rename(renamed: Device, to: string): void {
    const from = renamed.current().deviceId;
    if (from === to) return;
    logger.warn({ from, to }, 'the DeviceID has changed: new counters begin');
    renamed.rename(to, newStateId());
  }

  async function applyEdit(next: DeviceConfig, previous: DeviceConfig): Promise<void> {
    if (PUSH_KEYS.some((key) => next[key] !== previous[key])) pusher.hurry();
    device.reconfigure(optionsOf(next));
    if (next.StateDir !== previous.StateDir) day.save();
    await appender.update();
    if (next.DeviceID !== device.current().deviceId) {
      rename(device, next.DeviceID);
      day.begin(next.DeviceID);
      await pusher.save();
    }
    if (linkOf(next) !== linkOf(previous)) {
      await Promise.all([kernel.stop(), interfaces.stop()]);
      device.moveTo(next.MihomoAPIAddr);
      link = { kind: 'connecting' };
      kernel = openKernel();
      interfaces = openInterfaces();
    }
  }

  return {
    async start() {
      device = await openDevice();
      await appender.update();
      kernel = openKernel();
      interfaces = openInterfaces();
      appender.start();
      pusher.start();
    },
    async stop() {
      await Promise.all([kernel.stop(), interfaces.stop()]);
      await appender.stop();
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
    async change(next) {
      const previous = config;
      config = next;
      try {
        await applyEdit(next, previous);
      } catch (error) {
        config = previous;
        throw error;
      }
    },
    view() {
      const counters = device.current().counters();
      return {
        deviceId: device.current().deviceId,
        kernelAddress: config.MihomoAPIAddr,
        link,
        logsUp,
        lastFrameAt,
        counters,
        interfaces: comparison.view(),
        today: day.view(counters, clock.now()),
        gateway: { RemoteServer: config.RemoteServer, section: config.section },
        push: pusher.state(),
        stateProblem: disk.problem() ?? disk.damage(),
      };
    },
    render: () => renderMetrics(moment(device.current()), own),
  };
}
