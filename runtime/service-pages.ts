import type { RequestListener } from 'node:http';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { type ServicePages, servicePage } from '../core/pages.ts';

/** The pages of a service by Node's HTTP server, with the figures of this process among its metrics. */
export function createPagesListener(pages: ServicePages): RequestListener {
  const withProcess = { ...pages, metrics: async () => `${await pages.metrics()}${processMetrics()}` };
  return async ({ method = '', url = '', headers: { host } }, response) => {
    if (pages.hosts !== undefined && !isOwnHost(host ?? '', pages.hosts())) {
      response.writeHead(421).end('this page is not of that name; add it to MetricsHosts\n');
      return;
    }
    const { status, headers, body } = await servicePage(withProcess, method, url);
    response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) }).end(body);
  };
}

/**
 * Whether a page may be read under the name of its request. A site that a person visits can have its own name lead to
 * this machine, and would read the page as its own (DNS rebinding).
 */
export function isOwnHost(host: string, others: readonly string[]): boolean {
  const name = host.replace(/:\d*$/, '').toLowerCase();
  const names = ['localhost', hostname(), ...others].map((each) => each.toLowerCase());
  return isIP(name.replace(/^\[|\]$/g, '')) !== 0 || names.includes(name);
}

/** What client libraries of Prometheus report of every process, under the names that they share. */
function processMetrics(): string {
  const { user, system } = process.cpuUsage();
  const figures: readonly (readonly [name: string, type: string, help: string, value: number])[] = [
    ['process_cpu_seconds_total', 'counter', 'Total user and system CPU time spent in seconds.', (user + system) / 1e6],
    ['process_resident_memory_bytes', 'gauge', 'Resident memory size in bytes.', process.memoryUsage.rss()],
    [
      'process_start_time_seconds',
      'gauge',
      'Start time of the process since unix epoch in seconds.',
      performance.timeOrigin / 1000,
    ],
  ];
  return figures
    .map(([name, type, help, value]) => `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${name} ${value}\n`)
    .join('');
}
