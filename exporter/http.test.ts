import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HttpListener } from '../runtime/http-listener.ts';
import { serveExporter } from './http.ts';

let listener: HttpListener;
let render: () => Promise<string>;

beforeEach(async () => {
  render = async () => 'flowcollect_up 1\n';
  const pages = {
    contentType: 'text/plain; version=0.0.4',
    metrics: () => render(),
    health: () => ({ kernel: 'gone' }),
  };
  listener = await serveExporter(pages, { host: '127.0.0.1', port: 0 });
});
afterEach(() => listener.close());

describe('the pages of an exporter', () => {
  it('are its metrics, whatever the query', async () => {
    const response = await fetch(`${listener.origin}/metrics?collect[]=all`);
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4');
    expect(await response.text()).toBe('flowcollect_up 1\n');
    expect((await fetch(`${listener.origin}/metrics`, { method: 'HEAD' })).status).toBe(200);
  });

  it('are its health, which tells of its parts', async () => {
    expect(await (await fetch(`${listener.origin}/healthz`)).json()).toEqual({ status: 'ok', kernel: 'gone' });
  });

  it.each([
    ['GET', '/'],
    ['GET', '/metrics/'],
    ['POST', '/metrics'],
    ['DELETE', '/healthz'],
  ])('are nothing else: %s %s', async (method, path) => {
    const response = await fetch(listener.origin + path, { method });
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ error: 'not_found' });
  });

  it('say so when the metrics cannot be rendered, and go on', async () => {
    render = () => Promise.reject(new Error('a secret detail'));
    const response = await fetch(`${listener.origin}/metrics`);
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain('secret');
    render = async () => '';
    expect((await fetch(`${listener.origin}/metrics`)).status).toBe(200);
  });
});
