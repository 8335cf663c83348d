import { type Dimension, MAX_LABEL_LENGTH } from '../../core/metric-contract.ts';
import type { TrafficClass } from '../../core/traffic.ts';
import type { Catalog, ConnectionDetails, ConnectionOpened } from './frame.ts';

/** Which counters a connection's bytes belong to. */
export interface Attribution {
  readonly class: TrafficClass;
  readonly node: string;
  readonly provider: string;
  /** The key of each dimension. */
  readonly keys: Readonly<Record<Dimension, string>>;
}

/** Where bytes leave: a node, and its provider where that is known. */
export interface Exit {
  readonly node: string;
  readonly provider: string | undefined;
}

/**
 * What a host's bytes are counted under: its registrable domain (the list of public suffixes, those of registries alone,
 * as tldts has it by default), `ip` for an address, the name itself where it has none; undefined where it is no host.
 */
export type DomainOf = (host: string) => string | undefined;

export interface AttributionOptions {
  /** Names of nodes on the device itself, such as `ua3f`; compared without regard to case. */
  readonly localNodes: readonly string[];
  readonly domainOf: DomainOf;
}

/** What decides besides the catalog; local nodes in lower case. */
interface AttributionRules {
  readonly localNodes: ReadonlySet<string>;
  readonly domainOf: DomainOf;
}

export const attributionRules = ({ localNodes, domainOf }: AttributionOptions): AttributionRules => ({
  localNodes: new Set(localNodes.map((name) => name.toLowerCase())),
  domainOf,
});

/** What a key is called where the kernel does not name one. */
export const NO_KEY = 'none';

/** Where bytes go that no connection explains. */
export const UNATTRIBUTED: Attribution = {
  class: 'unattributed',
  node: 'unattributed',
  provider: '',
  keys: {
    group: 'unattributed',
    rule: 'unattributed',
    process: 'unattributed',
    source: 'unattributed',
    host: 'unattributed',
    inbound_user: 'unattributed',
  },
};

export function attributeConnection(
  details: ConnectionDetails,
  catalog: Catalog,
  { localNodes, domainOf }: AttributionRules,
): Attribution {
  const [node = UNATTRIBUTED.node] = details.chains;
  return {
    class: details.chains.length === 0 ? 'unattributed' : classOf(node, catalog, localNodes),
    node: label(node),
    provider: label(details.provider ?? catalog.providerOf(node)),
    keys: {
      group: label(details.chains.at(-1) ?? node),
      rule: ruleKey(details.rule, details.rulePayload),
      process: label(details.process || NO_KEY),
      source: label(details.sourceIP || NO_KEY),
      host: hostKey(details.host, domainOf),
      inbound_user: label(details.inboundUser || NO_KEY),
    },
  };
}

/** The attribution of a connection of which more is known than when it was attributed; undefined where it is not. */
export function reattributeConnection(
  { details, attribution }: { readonly details: ConnectionDetails; readonly attribution: Attribution },
  catalog: Catalog,
  rules: AttributionRules,
): Attribution | undefined {
  const [node] = details.chains;
  if (node === undefined) return undefined;
  const isBetterKnown =
    attribution.class === 'unattributed'
      ? !catalog.isUnknown(node)
      : details.provider === undefined && attribution.provider === '' && catalog.providerOf(node) !== '';
  return isBetterKnown ? attributeConnection(details, catalog, rules) : undefined;
}

/** Whether bytes of a class may be on an airport's bill. */
export const isBilled = (trafficClass: TrafficClass): boolean =>
  trafficClass === 'proxy' || trafficClass === 'unattributed';

/** A node that the kernel does not list may be of any class: its bytes are under none until it does. */
function classOf(node: string, catalog: Catalog, localNodes: ReadonlySet<string>): TrafficClass {
  const found = classify(node, catalog.typeOf(node), localNodes);
  return found === 'proxy' && catalog.isUnknown(node) ? 'unattributed' : found;
}

/**
 * The attribution of a connection that only the log announced.
 *
 * @param exit the node it left through: in global mode the log names the group alone
 * @param inboundUser whom the log does not name; the caller's best guess
 */
export function attributeOpened(
  opening: ConnectionOpened,
  { node, provider }: Exit,
  inboundUser: string,
  catalog: Catalog,
  { localNodes, domainOf }: AttributionRules,
): Attribution {
  return {
    // A group whose node is not known may have used any.
    class: isGroupType(catalog.typeOf(node)) ? 'unattributed' : classOf(node, catalog, localNodes),
    node: label(node),
    provider: label(provider ?? catalog.providerOf(node)),
    keys: {
      group: label(opening.group),
      rule: ruleKey(opening.rule, opening.rulePayload),
      process: label(opening.process || NO_KEY),
      source: label(opening.sourceIP || NO_KEY),
      host: hostKey(opening.host, domainOf),
      inbound_user: label(inboundUser),
    },
  };
}

/**
 * Whether the kernel dropped the connection before it counted a byte: writing to a rejected TCP connection takes none
 * (mihomo `adapter/outbound/reject.go`). The packets of a rejected UDP flow do count as sent.
 */
export function isRefused({ class: trafficClass }: Attribution, { network }: { readonly network: string }): boolean {
  return trafficClass === 'reject' && network === 'tcp';
}

/** `DomainSuffix(example.com)`, as the kernel's log writes rules. */
function ruleKey(rule: string, payload: string): string {
  if (rule === '') return NO_KEY;
  return label(payload === '' ? rule : `${rule}(${payload})`);
}

/** No longer than the gateway takes it, such as a rule that lists a hundred domains: one such label would stop all pushes. */
function label(text: string): string {
  if (text.length <= MAX_LABEL_LENGTH) return text;
  // Half a character is none.
  return `${text.slice(0, MAX_LABEL_LENGTH - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}

export const hostKey = (host: string, domainOf: DomainOf): string =>
  label((host === '' ? undefined : domainOf(host)) ?? NO_KEY);

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
  // sing-box's name for it (`constant/proxy.go`, `ProxyDisplayName`).
  ['Block', 'reject'],
  // Matching goes on at it and the chain names the node that follows; the kernel drops what ends there, which only a
  // circle of them does (mihomo `adapter/outbound/rematch.go`, `tunnel/tunnel.go` `match`).
  ['Rematch', 'reject'],
]);

/** Types of groups, which carry bytes through one of their nodes. */
const TYPES_OF_GROUPS: ReadonlySet<string> = new Set('Relay Selector Fallback URLTest LoadBalance Smart'.split(' '));

/** All other types of a kernel of 2026. A newer type counts as a proxy too. */
const TYPES_OF_PROXIES: ReadonlySet<string> = new Set(
  (
    'Shadowsocks ShadowsocksR Snell Socks5 Http Vmess Vless Trojan Hysteria Hysteria2 WireGuard Tuic Ssh Mieru AnyTLS ' +
    'Sudoku Masque TrustTunnel ShadowQuic OpenVPN Tailscale GostRelay'
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
  return CLASS_OF_TYPE.has(type) || TYPES_OF_PROXIES.has(type) || isGroupType(type);
}

/** Whether an adapter type is a group's. */
export function isGroupType(type: string | undefined): boolean {
  return type !== undefined && TYPES_OF_GROUPS.has(type);
}
