import { ipVersion } from './addresses.ts';

/** An answer to a request; a HEAD leaves the body out. */
interface Page {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What a service shows of itself. */
export interface ServicePages {
  /** Such as `exporter`. */
  readonly service: string;
  readonly version: string;
  /** Exposition text. */
  metrics(): Promise<string>;
  /** `failing` is a reason to restart the service or to call somebody; the fields report its parts. */
  health(): { readonly status: 'ok' | 'degraded' | 'failing' } & Readonly<Record<string, unknown>>;
  /** Names by which the service may be asked, besides addresses, `localhost` and the machine’s own; any where it is absent. */
  hosts?(): readonly string[];
  /** Other pages that `/` names, such as `/reports`. */
  readonly others?: readonly string[];
}

/** What is known of the process and its machine. */
interface ProcessFigures {
  readonly hostname: string;
  /** Of user and system. */
  readonly cpuSeconds: number;
  readonly residentBytes: number;
  /** Epoch seconds. */
  readonly startedAt: number;
}

/**
 * `/`, `/metrics` and `/healthz` of a service, whatever their query, with the figures of the process among the metrics;
 * 404 for all else, and 421 under a name that is not the page's.
 *
 * @param url path and query, as in the first line of a request
 * @param host its Host header
 */
export async function answerPage(
  pages: ServicePages,
  figures: ProcessFigures,
  { method, url, host }: { readonly method: string; readonly url: string; readonly host: string },
): Promise<Page> {
  if (pages.hosts !== undefined && !isOwnHost(host, [figures.hostname, ...pages.hosts()])) {
    return { status: 421, headers: {}, body: 'this page is not of that name; add it to MetricsHosts\n' };
  }
  const paths = ['/metrics', '/healthz', ...(pages.others ?? [])];
  const isRead = method === 'GET' || method === 'HEAD';
  switch (isRead ? url.split('?')[0] : undefined) {
    case '/':
      return page(200, 'text/html; charset=utf-8', landingPage(`FlowCollect ${pages.service}`, pages.version, paths));
    case '/metrics':
      return pages.metrics().then(
        (text) => page(200, METRICS_TYPE, `${text}${processMetrics(figures)}`),
        () => jsonPage(500, { error: 'not_rendered', message: 'the metrics could not be rendered' }),
      );
    case '/healthz': {
      const health = pages.health();
      return jsonPage(health.status === 'failing' ? 503 : 200, health);
    }
    default:
      return jsonPage(404, { error: 'not_found', message: `here are ${paths.join(', ')} only` });
  }
}

/**
 * Whether a page may be read under the name of its request. A site that a person visits can have its own name lead to
 * this machine, and would read the page as its own (DNS rebinding).
 */
export function isOwnHost(host: string, others: readonly string[]): boolean {
  const name = host.replace(/:\d*$/, '').toLowerCase();
  const names = ['localhost', ...others].map((each) => each.toLowerCase());
  return ipVersion(name.replace(/^\[|\]$/g, '')) !== 0 || names.includes(name);
}

/** What client libraries of Prometheus report of every process, under the names that they share. */
function processMetrics({ cpuSeconds, residentBytes, startedAt }: ProcessFigures): string {
  const figures: readonly (readonly [name: string, type: string, help: string, value: number])[] = [
    ['process_cpu_seconds_total', 'counter', 'Total user and system CPU time spent in seconds.', cpuSeconds],
    ['process_resident_memory_bytes', 'gauge', 'Resident memory size in bytes.', residentBytes],
    ['process_start_time_seconds', 'gauge', 'Start time of the process since unix epoch in seconds.', startedAt],
  ];
  return figures
    .map(([name, type, help, value]) => `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${name} ${value}\n`)
    .join('');
}

const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';
/** Answers are not cached, and a browser takes none for another kind of page or runs anything in it. */
const HEADERS = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'",
};

function landingPage(title: string, version: string, paths: readonly string[]): string {
  const links = paths.map((path) => `<li><a href="${path}">${path}</a></li>`).join('');
  return `<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>${title}</title></head><body><h1>${title} ${version}</h1><ul>${links}</ul></body></html>\n`;
}

function jsonPage(status: number, body: unknown): Page {
  return page(status, 'application/json; charset=utf-8', `${JSON.stringify(body)}\n`);
}

function page(status: number, type: string, body: string): Page {
  return { status, headers: { ...HEADERS, 'content-type': type }, body };
}
