import type { Bytes } from '../ledger/bytes.ts';
import type { InterfaceRole, InterfaceSeries } from './interface-counters.ts';

/** What the interfaces say of the kernel's totals, since the exporter looked first. */
export interface InterfaceView {
  /** Bytes of the TUN device for each byte of the kernel; undefined without a TUN device, or before the kernel moved any. */
  readonly tunRatio: number | undefined;
  /** Bytes of the uplink beyond those of the kernel: what bypassed it, and the overhead of proxies; undefined without an uplink. */
  readonly beyondKernel: number | undefined;
}

/** Compares interfaces with the kernel over the same time. */
export interface KernelComparison {
  note(series: readonly InterfaceSeries[], kernel: Bytes): void;
  view(): InterfaceView;
}

interface Totals {
  readonly kernel: number;
  readonly role: number;
}

export function createKernelComparison(): KernelComparison {
  const first = new Map<InterfaceRole, Totals>();
  const latest = new Map<InterfaceRole, Totals>();

  const moved = (role: InterfaceRole): Totals | undefined => {
    const [from, to] = [first.get(role), latest.get(role)];
    return from === undefined || to === undefined
      ? undefined
      : { kernel: to.kernel - from.kernel, role: to.role - from.role };
  };

  return {
    note(series, { upload, download }) {
      for (const role of ['tun', 'uplink'] as const) {
        const found = series.filter((each) => each.role === role);
        if (found.length === 0) continue;
        const now = { kernel: upload + download, role: found.reduce((sum, { bytes }) => sum + bytes, 0) };
        latest.set(role, now);
        // Counters taken from the gateway jump, and a new name begins anew: so does the comparison.
        const from = first.get(role);
        if (from === undefined || now.kernel < from.kernel || now.role < from.role) first.set(role, now);
      }
    },
    view() {
      const [tun, uplink] = [moved('tun'), moved('uplink')];
      return {
        tunRatio: tun === undefined || tun.kernel === 0 ? undefined : tun.role / tun.kernel,
        beyondKernel: uplink === undefined ? undefined : Math.max(0, uplink.role - uplink.kernel),
      };
    },
  };
}
