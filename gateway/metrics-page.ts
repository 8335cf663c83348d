import type { RequestListener } from 'node:http';
import { answerJson } from './json-answer.ts';
import type { GatewayMetrics } from './metrics.ts';

/** `/metrics` and `/healthz` of the gateway itself and, under `/admin/`, its administration, on an address that devices do not reach. */
export function createMetricsPage(
  metrics: GatewayMetrics,
  lastReloadSuccessful: () => boolean,
  administration: RequestListener,
): RequestListener {
  return async (request, response) => {
    if (request.url?.startsWith('/admin/')) {
      administration(request, response);
    } else if (request.method !== 'GET' || (request.url !== '/metrics' && request.url !== '/healthz')) {
      answerJson(response, 404, { error: 'not_found', message: 'here are /metrics and /healthz only' });
    } else if (request.url === '/healthz') {
      answerJson(response, 200, { status: 'ok' });
    } else {
      const text = await metrics.render(lastReloadSuccessful());
      response.writeHead(200, { 'content-type': metrics.contentType }).end(text);
    }
  };
}
