import type { SystemInterfaces } from '../host/interfaces.ts';
import type { InterfaceReading } from './interface-counters.ts';

/** What the kernel's `/configs` says of its TUN device; undefined when it cannot be asked. */
export type TunConfig = { readonly enabled: boolean; readonly device: string } | undefined;

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
