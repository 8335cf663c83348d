import type { IncomingMessage } from 'node:http';

/**
 * Whether a request carries the kernel's secret, by the kernel's own rules: `Authorization: Bearer <secret>`, and for
 * the upgrade to a WebSocket `?token=` too, which is then the only thing looked at.
 */
export function isAuthorized(request: IncomingMessage, url: URL, secret: string): boolean {
  if (secret === '') return true;
  const token = url.searchParams.get('token') ?? '';
  if (request.headers.upgrade?.toLowerCase() === 'websocket' && token !== '') return token === secret;
  const [scheme, ...rest] = (request.headers.authorization ?? '').split(' ');
  return scheme === 'Bearer' && rest.join(' ') === secret;
}
