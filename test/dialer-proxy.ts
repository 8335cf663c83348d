/**
 * `/connections` messages of a kernel whose node `落地` is reached through `中转` (`dialer-proxy: 中转`), a second apart.
 * The hop and the kernel's own DNS query are listed as `Inner` with an empty process and are not in the totals; the
 * kernel's own download of a rule set is `Inner` too, but names its process and is in them (mihomo
 * `component/proxydialer`, `tunnel/dns_dialer.go`, `listener/inner`).
 */
export function dialerProxyStream(): string[] {
  const outer = (download: number) => connection('outer', download, '落地', { type: 'Mixed', process: 'curl' });
  const hop = (download: number) => connection('hop', download, '中转', { type: 'Inner', process: '' });
  const dns = (download: number) => connection('dns', download, '中转', { type: 'Inner', process: '' });
  const rules = (download: number) => connection('rules', download, 'DIRECT', { type: 'Inner', process: 'mihomo' });
  return [
    message(0, []),
    message(10_000, [outer(10_000), hop(10_400), dns(300)]),
    message(25_000, [outer(24_000), hop(25_000), dns(300), rules(1000)]),
    message(30_000, [outer(29_000), hop(30_100), rules(1000)]),
    message(30_000, [rules(1000)]),
  ];
}

/** Downloads of that stream: what the totals hold by class and node, and what is billed in addition to them. */
export const DIALER_PROXY_TRUTH = {
  counted: { 'proxy 落地': 29_000, 'direct DIRECT': 1000 },
  hops: { 中转: 30_400 },
} as const;

const message = (downloadTotal: number, connections: readonly object[]): string =>
  JSON.stringify({ downloadTotal, uploadTotal: 0, connections, memory: 20_000_000 });

const connection = (
  id: string,
  download: number,
  node: string,
  metadata: { type: string; process: string },
): object => ({
  id,
  metadata: {
    network: 'tcp',
    sourceIP: '192.168.1.7',
    destinationIP: '',
    sourcePort: '50123',
    destinationPort: '443',
    host: 'cdn.example.com',
    dnsMode: 'normal',
    inboundUser: '',
    sniffHost: '',
    ...metadata,
  },
  upload: 0,
  download,
  start: '1970-01-01T00:00:00.200Z',
  chains: [node],
  rule: metadata.type === 'Inner' ? '' : 'Match',
  rulePayload: '',
});
