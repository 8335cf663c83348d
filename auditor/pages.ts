import express from 'express';
import { type HttpListener, listenHttp } from '../runtime/http-listener.ts';
import { type ArchiveSettings, archiveRoutes } from './archive/routes.ts';
import type { AuditorConfig } from './config.ts';
import type { AuditorMetrics } from './metrics.ts';

/**
 * `/metrics` for Prometheus, `/healthz`, and `/reports` for people.
 *
 * @throws ListenError naming the setting that moves the port
 */
export function serveAuditor(
  metrics: AuditorMetrics,
  lastReloadSuccessful: () => boolean,
  archive: () => ArchiveSettings,
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
  app.use('/reports', archiveRoutes(archive));
  app.use((_request, response) => {
    response.status(404).json({ error: 'not_found', message: 'only /metrics, /healthz and /reports are here' });
  });
  return listenHttp(app, { ...address, setting: '[server] AuditorListen' });
}
