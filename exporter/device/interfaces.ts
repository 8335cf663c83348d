import * as z from 'zod/mini';
import type { Bytes } from '../../core/traffic.ts';
import { type Clock, createPeriodicTask } from '../../runtime/async.ts';
import { errorCode } from '../../runtime/error-code.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { Interfaces, SystemInterfaces } from '../host/host.ts';
import type { Network } from '../host/network.ts';
import { isOnThisMachine, type KernelAddress, type KernelApi, openKernelApi } from '../kernel/api.ts';
import type { InterfaceReading, InterfaceRole, InterfaceSeries } from '../ledger/side-counters.ts';

/** What the interfaces say of the kernel's totals, since the exporter looked first. */
export interface InterfaceView {
  /** Bytes of the TUN device for each byte of the kernel; undefined without a TUN device, or before the kernel moved any. */
  readonly tunRatio: number | undefined;
  /** Bytes of the uplink beyond those of the kernel: what bypassed it, and the overhead of proxies; undefined without an uplink. */
  readonly beyondKernel: number | undefined;
}

interface RoleTotals {
  readonly kernel: number;
  readonly role: number;
}

/** Compares interfaces with the kernel over the same time. */
export function createKernelComparison() {
  const first = new Map<InterfaceRole, RoleTotals>();
  const latest = new Map<InterfaceRole, RoleTotals>();

  const moved = (role: InterfaceRole): RoleTotals | undefined => {
    const [from, to] = [first.get(role), latest.get(role)];
    return from === undefined || to === undefined
      ? undefined
      : { kernel: to.kernel - from.kernel, role: to.role - from.role };
  };

  return {
    note(series: readonly InterfaceSeries[], { upload, download }: Bytes) {
      for (const role of ['tun', 'uplink'] as const) {
        const found = series.filter((each) => each.role === role);
        if (found.length === 0) continue;
        const now = { kernel: upload + download, role: found.reduce((sum, { bytes }) => sum + bytes, 0) };
        latest.set(role, now);
        // Counters taken from the gateway jump, and a new name begins at 0: the comparison starts over.
        const from = first.get(role);
        if (from === undefined || now.kernel < from.kernel || now.role < from.role) first.set(role, now);
      }
    },
    view(): InterfaceView {
      const [tun, uplink] = [moved('tun'), moved('uplink')];
      return {
        tunRatio: tun === undefined || tun.kernel === 0 ? undefined : tun.role / tun.kernel,
        beyondKernel: uplink === undefined ? undefined : Math.max(0, uplink.role - uplink.kernel),
      };
    },
  };
}

/** What the kernel's `/configs` says of its TUN device; undefined when it cannot be asked. */
type TunConfig = { readonly enabled: boolean; readonly device: string } | undefined;

/** How kernels name their device where the settings do not: `Meta` and `Mihomo` on Linux and Windows, `utun` elsewhere. */
const TUN_NAME = /^(?:utun\d*|mihomo|meta)$/i;

/**
 * The kernel's TUN device and the way out of the machine, as far as they are there. The TUN device may hold a default
 * route itself; the uplink is the best one of the others.
 */
export function chooseInterfaces({ counters, defaultRoutes }: SystemInterfaces, tun: TunConfig): InterfaceReading[] {
  const named = tun?.device ?? '';
  const candidates = [...counters.keys()].filter((name) => (named === '' ? TUN_NAME.test(name) : name === named));
  // Several utun devices: which is the kernel's cannot be told.
  const device = tun?.enabled === false || candidates.length !== 1 ? undefined : candidates[0];
  const uplink = defaultRoutes.find((name) => name !== device && !TUN_NAME.test(name));
  const read = (name: string | undefined, role: InterfaceReading['role']): InterfaceReading[] => {
    const found = name === undefined ? undefined : counters.get(name);
    return name === undefined || found === undefined ? [] : [{ name, role, ...found }];
  };
  return [...read(device, 'tun'), ...read(uplink, 'uplink')];
}

interface InterfaceReaderOptions {
  readonly network: Network;
  readonly kernel: KernelAddress;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Undefined where it is not known how to read them. */
  readonly interfaces: Interfaces | undefined;
  onReading(readings: readonly InterfaceReading[]): void;
}

/** Reads the interfaces of this machine now and then, as a second witness of what its kernel moves. */
export interface InterfaceReader {
  start(): void;
  /** Reads once more. */
  stop(): Promise<void>;
}

const ASK_TIMEOUT_MS = 3000;

const Configs = z.object({ tun: z.optional(z.object({ enable: z.boolean(), device: z.optional(z.string()) })) });

export function createInterfaceReader(options: InterfaceReaderOptions): InterfaceReader {
  const { network, kernel, clock, logger, interfaces, onReading } = options;
  if (!isOnThisMachine(kernel.address)) return NOTHING_TO_READ;
  if (interfaces === undefined) {
    logger.info('interfaces cannot be read on this system; the kernel alone is counted');
    return NOTHING_TO_READ;
  }
  const api = openKernelApi(network, kernel);
  let said = '';

  function sayOnce(text: string, fields: object): void {
    if (said !== text) logger.info(fields, text);
    said = text;
  }

  async function read(system: Interfaces): Promise<void> {
    try {
      const readings = chooseInterfaces(await system.read(), await askForTun(api));
      if (!readings.some(({ role }) => role === 'tun')) {
        sayOnce('the kernel has no TUN device: no second witness, and programs that use no proxy bypass it', {});
      } else said = '';
      onReading(readings);
    } catch (error) {
      sayOnce('interfaces cannot be read; the kernel alone is counted', { code: errorCode(error) });
    }
  }

  const task = createPeriodicTask({ clock, every: interfaces.readEvery, run: () => read(interfaces) });
  return {
    start: () => task.start(),
    async stop() {
      await task.stop();
      await read(interfaces);
      await api.close();
    },
  };
}

const NOTHING_TO_READ: InterfaceReader = { start() {}, async stop() {} };

async function askForTun(api: KernelApi): Promise<TunConfig> {
  const answer = await api.json('/configs', AbortSignal.timeout(ASK_TIMEOUT_MS));
  const configs = answer.kind === 'answer' ? Configs.safeParse(answer.value) : undefined;
  const tun = configs?.success === true ? configs.data.tun : undefined;
  return tun === undefined ? undefined : { enabled: tun.enable, device: tun.device ?? '' };
}
