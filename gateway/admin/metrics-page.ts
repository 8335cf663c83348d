import type { RequestListener } from 'node:http';
import { VERSION } from '../../core/version.ts';
import type { DiskHealth } from '../../runtime/health.ts';
import { createPagesListener } from '../../runtime/http.ts';
import type { LastReload } from '../../runtime/reload.ts';
import type { KeptPushes } from '../kept/kept-pushes.ts';
import type { GatewayMetrics } from '../pushes/metrics.ts';

/**
 * The pages of the gateway itself and, under `/admin/`, what releases devices, on an address that devices do not reach. It
 * fails while it cannot keep pushes, and therefore takes none.
 */
export function createMetricsPage(
  metrics: GatewayMetrics,
  lastReload: () => LastReload,
  disk: Pick<DiskHealth, 'health' | 'problem'>,
  { usage }: Pick<KeptPushes, 'usage'>,
  adminHandler: RequestListener,
): RequestListener {
  const pages = createPagesListener({
    service: 'gateway',
    version: VERSION,
    metrics: () => metrics.render(lastReload(), disk.problem() === undefined, usage.bytes),
    health: disk.health,
  });
  return (request, response) =>
    request.url?.startsWith('/admin/') ? adminHandler(request, response) : pages(request, response);
}
