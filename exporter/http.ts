import express from 'express';
import { type HttpListener, type ListenAddress, listenHttp } from '../runtime/http-listener.ts';

export interface ExporterPages {
  readonly contentType: string;
  metrics(): Promise<string>;
  /** What `/healthz` tells of the parts. */
  health(): Readonly<Record<string, unknown>>;
}

/**
 * `/metrics` and `/healthz` on the device. Health is that of this process: a dead kernel or gateway is told in the
 * answer, but no reason to restart the exporter.
 *
 * @throws ListenError naming the setting that moves the port
 */
export function serveExporter(pages: ExporterPages, address: Omit<ListenAddress, 'setting'>): Promise<HttpListener> {
  const app = express();
  app.disable('x-powered-by');
  app.get('/metrics', async (_request, response) => {
    const text = await pages.metrics();
    response.type(pages.contentType).send(text);
  });
  app.get('/healthz', (_request, response) => {
    response.json({ status: 'ok', ...pages.health() });
  });
  app.use((_request, response) => {
    response.status(404).json({ error: 'not_found', message: 'only /metrics and /healthz are here' });
  });
  return listenHttp(app, { ...address, setting: '[client] MetricsListen' });
}
