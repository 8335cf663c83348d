import { createHash, timingSafeEqual } from 'node:crypto';
import { Router } from 'express';
import type { Language } from '../config.ts';
import type { Archive } from './archive.ts';
import { reportsCsv } from './csv.ts';
import { archivePage } from './page.ts';

export interface ArchiveSettings {
  readonly archive: Archive;
  /** Undefined keeps the archive closed. */
  readonly token: string | undefined;
  readonly language: Language;
}

const MONTH = /^\d{4}-\d{2}$/;

/**
 * `/reports`: the list, each report, and a month as CSV, for whoever has the token: as the password that a browser
 * asks for, or as a bearer token. What reports hold was named by others (nodes, hosts), so that pages may run nothing.
 *
 * @param settings the present ones
 */
export function archiveRoutes(settings: () => ArchiveSettings): Router {
  const router = Router();
  router.use((request, response, next) => {
    const { token } = settings();
    response.set({
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    });
    if (token === undefined) {
      response.status(404).json({ error: 'not_found', message: 'set ArchiveToken in [server] to read reports here' });
    } else if (isToken(request.get('authorization'), token)) next();
    else {
      response.status(401).set('www-authenticate', 'Basic realm="FlowCollect", charset="UTF-8"');
      response.json({ error: 'unauthorized', message: 'the password is ArchiveToken of [server]; any name will do' });
    }
  });
  router.get('/', async ({ query }, response) => {
    const { archive, language } = settings();
    const months = await archive.months();
    const month = typeof query.month === 'string' && MONTH.test(query.month) ? query.month : months[0];
    const reports = month === undefined ? [] : await archive.month(month);
    response.type('html').send(archivePage(month, months, reports, language));
  });
  router.get('/month/:month.csv', async ({ params: { month } }, response, next) => {
    if (!MONTH.test(month)) return next();
    response.attachment(`flowcollect-${month}.csv`).type('csv');
    response.send(reportsCsv(await settings().archive.month(month)));
  });
  router.get('/:id.json', async ({ params: { id } }, response, next) => {
    const text = await settings().archive.file(id, 'json');
    if (text === undefined) return next();
    response.type('json').send(text);
  });
  router.get('/:id', async ({ params: { id } }, response, next) => {
    const text = await settings().archive.file(id, 'html');
    if (text === undefined) return next();
    response.type('html').send(text);
  });
  return router;
}

function isToken(header: string | undefined, token: string): boolean {
  const [, scheme, value = ''] = /^(Basic|Bearer) (.+)$/i.exec(header ?? '') ?? [];
  const given =
    scheme?.toLowerCase() === 'basic'
      ? Buffer.from(value, 'base64')
          .toString()
          .replace(/^[^:]*:/, '')
      : value;
  return scheme !== undefined && timingSafeEqual(digest(given), digest(token));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
