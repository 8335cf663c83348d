import express from 'express';
import { type HttpListener, listenHttp } from '../runtime/http-listener.ts';
import type { AuditorConfig } from './config.ts';
import type { AuditorMetrics } from './metrics.ts';

/**
 * `/metrics` for Prometheus and `/healthz`.
 *
 * @throws ListenError naming the setting that moves the port
 */
export function serveAuditor(
  metrics: AuditorMetrics,
  lastReloadSuccessful: () => boolean,
  address: AuditorConfig['listen'],
): Promise<HttpListener> {
  const app = express();
  app.disable('x-powered-by');
  app.get('/metrics', async (_request, response) => {
    const text = await metrics.render(lastReloadSuccessful());
    response.set('content-type', metrics.contentType).send(text);
  });
  app.get('/healthz', (_request, response) => {
    response.json({ status: 'ok' });
  });
  app.use((_request, response) => {
    response.status(404).json({ error: 'not_found', message: 'only /metrics and /healthz are here' });
  });
  return listenHttp(app, { ...address, setting: '[server] AuditorListen' });
}
