import express from 'express';
import { VERSION } from '../core/version.ts';
import type { DiskHealth } from '../runtime/health.ts';
import { createPagesListener, type HttpListener, listenHttp } from '../runtime/http.ts';
import type { LastReload } from '../runtime/reload.ts';
import { type ArchiveSettings, archiveRoutes } from './archive/routes.ts';
import type { AuditorConfig } from './config.ts';
import type { AuditorMetrics } from './latest.ts';

/**
 * The pages of the auditor, and `/reports` for people. It fails while what was audited cannot be kept, and therefore no
 * report goes out.
 *
 * @throws ListenError naming the setting that moves the port
 */
export function serveAuditor(
  metrics: AuditorMetrics,
  lastReload: () => LastReload,
  disk: Pick<DiskHealth, 'health' | 'problem'>,
  archive: () => ArchiveSettings,
  address: AuditorConfig['listen'],
  now: () => number,
): Promise<HttpListener> {
  const pages = createPagesListener({
    service: 'auditor',
    version: VERSION,
    metrics: () => metrics.render(lastReload(), disk.problem() === undefined),
    health: disk.health,
    others: ['/reports'],
  });
  const app = express();
  app.disable('x-powered-by');
  app.use('/reports', archiveRoutes(archive, now));
  app.use(pages);
  return listenHttp(app, { ...address, setting: '[server] AuditorListen' });
}
