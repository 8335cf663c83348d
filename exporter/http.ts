import type { ServerResponse } from 'node:http';
import { type HttpListener, type ListenAddress, listenHttp } from '../runtime/http-listener.ts';

export interface ExporterPages {
  readonly contentType: string;
  metrics(): Promise<string>;
  /** What `/healthz` tells of the parts; `status` where it is not `ok`. */
  health(): Readonly<Record<string, unknown>>;
}

/**
 * `/metrics` and `/healthz` on the device. Health is that of this process: a dead kernel or gateway, or a full disk, is
 * told in the answer, but no reason to restart the exporter.
 *
 * By Node's own server: a framework for two pages would be a third of the exporter's bundle and a tenth of its memory.
 *
 * @throws ListenError naming the setting that moves the port
 */
export function serveExporter(pages: ExporterPages, address: Omit<ListenAddress, 'setting'>): Promise<HttpListener> {
  return listenHttp(
    (request, response) => {
      const [path] = (request.url ?? '').split('?');
      const isRead = request.method === 'GET' || request.method === 'HEAD';
      if (isRead && path === '/metrics') {
        pages.metrics().then(
          (text) => response.writeHead(200, { 'content-type': pages.contentType }).end(text),
          () => answerJson(response, 500, { error: 'not_rendered', message: 'the metrics could not be rendered' }),
        );
      } else if (isRead && path === '/healthz') {
        answerJson(response, 200, { status: 'ok', ...pages.health() });
      } else {
        answerJson(response, 404, { error: 'not_found', message: 'only /metrics and /healthz are here' });
      }
    },
    { ...address, setting: '[client] MetricsListen' },
  );
}

function answerJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body));
}
