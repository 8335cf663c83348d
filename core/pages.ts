/** An answer to a request; a HEAD leaves the body out. */
export interface Page {
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

const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';
/** Nobody caches an answer, and no browser takes one for another kind of page or runs anything in it. */
const HEADERS = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'",
};

/**
 * `/`, `/metrics` and `/healthz` of a service, whatever their query; 404 for all else.
 *
 * @param url path and query, as in the first line of a request
 */
export async function servicePage(pages: ServicePages, method: string, url: string): Promise<Page> {
  const paths = ['/metrics', '/healthz', ...(pages.others ?? [])];
  const isRead = method === 'GET' || method === 'HEAD';
  switch (isRead ? url.split('?')[0] : undefined) {
    case '/':
      return page(200, 'text/html; charset=utf-8', landingPage(`FlowCollect ${pages.service}`, pages.version, paths));
    case '/metrics':
      return pages.metrics().then(
        (text) => page(200, METRICS_TYPE, text),
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
