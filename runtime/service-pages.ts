import type { RequestListener } from 'node:http';
import { hostname } from 'node:os';
import { answerPage, type ServicePages } from '../core/pages.ts';

/** The pages of a service by Node's HTTP server. */
export function createPagesListener(pages: ServicePages): RequestListener {
  return async ({ method = '', url = '', headers: { host = '' } }, response) => {
    const { user, system } = process.cpuUsage();
    const figures = {
      hostname: hostname(),
      cpuSeconds: (user + system) / 1e6,
      residentBytes: process.memoryUsage.rss(),
      startedAt: performance.timeOrigin / 1000,
    };
    const { status, headers, body } = await answerPage(pages, figures, { method, url, host });
    response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) }).end(body);
  };
}
