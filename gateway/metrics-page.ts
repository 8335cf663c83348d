import type { RequestListener } from 'node:http';
import type { DiskHealth } from '../runtime/disk-health.ts';
import { answerJson } from './json-answer.ts';
import type { KeptPushes } from './kept-pushes.ts';
import type { GatewayMetrics } from './metrics.ts';

/**
 * `/metrics` and `/healthz` of the gateway itself and, under `/admin/`, its administration, on an address that devices do
 * not reach. Health is 503 while it cannot keep pushes, and therefore takes none.
 */
export function createMetricsPage(
  metrics: GatewayMetrics,
  lastReloadSuccessful: () => boolean,
  disk: Pick<DiskHealth, 'problem'>,
  { usage }: Pick<KeptPushes, 'usage'>,
  administration: RequestListener,
): RequestListener {
  return async (request, response) => {
    if (request.url?.startsWith('/admin/')) {
      administration(request, response);
    } else if (request.method !== 'GET' || (request.url !== '/metrics' && request.url !== '/healthz')) {
      answerJson(response, 404, { error: 'not_found', message: 'here are /metrics and /healthz only' });
    } else if (request.url === '/healthz') {
      const problem = disk.problem();
      if (problem === undefined) answerJson(response, 200, { status: 'ok' });
      else answerJson(response, 503, { status: 'failing', problem });
    } else {
      const text = await metrics.render(lastReloadSuccessful(), disk.problem() === undefined, usage.bytes);
      response.writeHead(200, { 'content-type': metrics.contentType }).end(text);
    }
  };
}
