import type { TrafficClass } from '../../core/traffic.ts';

/**
 * Adapter types that are not proxies, as the kernel names them (mihomo `constant/adapters.go`, `AdapterType.String`).
 * All other types carry bytes to somebody else's server.
 */
const CLASS_OF_TYPE: Readonly<Record<string, TrafficClass>> = {
  Direct: 'direct',
  Compatible: 'direct',
  Pass: 'direct',
  PassRule: 'direct',
  Dns: 'direct',
  Reject: 'reject',
  RejectDrop: 'reject',
};

/** All other types of a kernel of 2026: groups first, then proxies. A newer type counts as a proxy too. */
const TYPES_OF_PROXIES: ReadonlySet<string> = new Set(
  (
    'Relay Selector Fallback URLTest LoadBalance Smart ' +
    'Shadowsocks ShadowsocksR Snell Socks5 Http Vmess Vless Trojan Hysteria Hysteria2 WireGuard Tuic Ssh Mieru AnyTLS ' +
    'Sudoku Masque TrustTunnel OpenVPN Tailscale GostRelay'
  ).split(' '),
);

/** The kernel's built-in nodes, which classify without a catalog. */
const TYPE_OF_BUILT_IN: Readonly<Record<string, string>> = {
  DIRECT: 'Direct',
  COMPATIBLE: 'Compatible',
  PASS: 'Pass',
  'PASS-RULE': 'PassRule',
  REJECT: 'Reject',
  'REJECT-DROP': 'RejectDrop',
};

/**
 * The class of a node's bytes.
 *
 * @param node `chains[0]`
 * @param type its adapter type from the catalog, where known
 * @param localNodes names of nodes on the device itself, such as `ua3f`, in lower case
 */
export function classify(node: string, type: string | undefined, localNodes: ReadonlySet<string>): TrafficClass {
  if (localNodes.has(node.toLowerCase())) return 'local';
  const known = type ?? (Object.hasOwn(TYPE_OF_BUILT_IN, node) ? TYPE_OF_BUILT_IN[node] : undefined);
  if (known === undefined) return 'proxy';
  if (Object.hasOwn(CLASS_OF_TYPE, known)) return CLASS_OF_TYPE[known] ?? 'proxy';
  return known.startsWith('Reject') ? 'reject' : 'proxy';
}

/** Whether {@link classify} can tell the class of a node without a catalog. */
export function isBuiltIn(node: string): boolean {
  return Object.hasOwn(TYPE_OF_BUILT_IN, node);
}

/** Whether an adapter type is one that this code was written for; an unknown one counts as `proxy`. */
export function isKnownType(type: string): boolean {
  return Object.hasOwn(CLASS_OF_TYPE, type) || TYPES_OF_PROXIES.has(type);
}
