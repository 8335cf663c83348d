import express from 'express';
import type { DiskHealth } from '../runtime/disk-health.ts';
import { type HttpListener, listenHttp } from '../runtime/http-listener.ts';
import { type ArchiveSettings, archiveRoutes } from './archive/routes.ts';
import type { AuditorConfig } from './config.ts';
import type { AuditorMetrics } from './metrics.ts';

/**
 * `/metrics` for Prometheus, `/healthz`, and `/reports` for people. Health is 503 while what was audited cannot be kept,
 * and therefore no report goes out.
 *
 * @throws ListenError naming the setting that moves the port
 */
export function serveAuditor(
  metrics: AuditorMetrics,
  lastReloadSuccessful: () => boolean,
  disk: Pick<DiskHealth, 'problem'>,
  archive: () => ArchiveSettings,
  address: AuditorConfig['listen'],
  now: () => number,
): Promise<HttpListener> {
  const app = express();
  app.disable('x-powered-by');
  app.get('/metrics', async (_request, response) => {
    const text = await metrics.render(lastReloadSuccessful(), disk.problem() === undefined);
    response.set('content-type', metrics.contentType).send(text);
  });
  app.get('/healthz', (_request, response) => {
    const problem = disk.problem();
    if (problem === undefined) response.json({ status: 'ok' });
    else response.status(503).json({ status: 'failing', problem });
  });
  app.use('/reports', archiveRoutes(archive, now));
  app.use((_request, response) => {
    response.status(404).json({ error: 'not_found', message: 'only /metrics, /healthz and /reports are here' });
  });
  return listenHttp(app, { ...address, setting: '[server] AuditorListen' });
}
