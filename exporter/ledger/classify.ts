import type { TrafficClass } from '../../core/traffic.ts';

/**
 * Adapter types that are not proxies, as the kernel names them (mihomo `constant/adapters.go`, `AdapterType.String`).
 * All other types carry bytes to somebody else's server.
 */
const CLASS_OF_TYPE: ReadonlyMap<string, TrafficClass> = new Map([
  ['Direct', 'direct'],
  ['Compatible', 'direct'],
  ['Pass', 'direct'],
  ['PassRule', 'direct'],
  ['Dns', 'direct'],
  ['Reject', 'reject'],
  ['RejectDrop', 'reject'],
]);

/** All other types of a kernel of 2026: groups first, then proxies. A newer type counts as a proxy too. */
const TYPES_OF_PROXIES: ReadonlySet<string> = new Set(
  (
    'Relay Selector Fallback URLTest LoadBalance Smart ' +
    'Shadowsocks ShadowsocksR Snell Socks5 Http Vmess Vless Trojan Hysteria Hysteria2 WireGuard Tuic Ssh Mieru AnyTLS ' +
    'Sudoku Masque TrustTunnel OpenVPN Tailscale GostRelay'
  ).split(' '),
);

/** The kernel's built-in nodes, which classify without a catalog. */
const TYPE_OF_BUILT_IN: ReadonlyMap<string, string> = new Map([
  ['DIRECT', 'Direct'],
  ['COMPATIBLE', 'Compatible'],
  ['PASS', 'Pass'],
  ['PASS-RULE', 'PassRule'],
  ['REJECT', 'Reject'],
  ['REJECT-DROP', 'RejectDrop'],
]);

/**
 * The class of a node's bytes.
 *
 * @param node `chains[0]`
 * @param type its adapter type from the catalog, where known
 * @param localNodes names of nodes on the device itself, such as `ua3f`, in lower case
 */
export function classify(node: string, type: string | undefined, localNodes: ReadonlySet<string>): TrafficClass {
  if (localNodes.has(node.toLowerCase())) return 'local';
  const known = type ?? TYPE_OF_BUILT_IN.get(node);
  if (known === undefined) return 'proxy';
  return CLASS_OF_TYPE.get(known) ?? (known.startsWith('Reject') ? 'reject' : 'proxy');
}

/** Whether {@link classify} can tell the class of a node without a catalog. */
export function isBuiltIn(node: string): boolean {
  return TYPE_OF_BUILT_IN.has(node);
}

/** Whether an adapter type is one that this code was written for; an unknown one counts as `proxy`. */
export function isKnownType(type: string): boolean {
  return CLASS_OF_TYPE.has(type) || TYPES_OF_PROXIES.has(type);
}
