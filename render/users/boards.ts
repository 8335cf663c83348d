import { createHash } from 'node:crypto';
import { z } from 'zod';
import { TEXTS } from '../texts.ts';
import { ANYTHING, type Grafana } from './grafana-api.ts';
import type { Teller } from './viewer.ts';

const FOLDER = 'flowcollect';

const Version = z.object({ message: z.string().optional() });
/** A list until Grafana 11, within an object since. */
const Versions = z.union([z.array(Version), z.object({ versions: z.array(Version) })]);

/** A dashboard as it is rendered. */
export interface BoardText {
  readonly uid: string;
  readonly content: string;
}

/**
 * The dashboards of an organisation, in a folder of their own. Grafana stores a dashboard in its own newer form, which
 * cannot be compared; so each version that is saved says in its message which text it was, and one whose newest version
 * says so stays. What people changed in it is written over: they copy a dashboard to change it.
 */
export async function syncBoards(
  grafana: Grafana,
  organisation: number,
  boards: readonly BoardText[],
  tell: Teller,
): Promise<void> {
  const folder = await grafana.find({ method: 'GET', path: `/api/folders/${FOLDER}`, organisation }, ANYTHING);
  if (folder === undefined) {
    const body = { uid: FOLDER, title: 'FlowCollect' };
    await grafana.call({ method: 'POST', path: '/api/folders', organisation, body }, ANYTHING);
  }
  let saved = 0;
  for (const { uid, content } of boards) {
    const message = `flowcollect ${createHash('sha256').update(content).digest('hex').slice(0, 16)}`;
    const path = `/api/dashboards/uid/${uid}/versions`;
    const found = await grafana.find({ method: 'GET', path, organisation, query: { limit: '1' } }, Versions);
    const newest = (Array.isArray(found) ? found : found?.versions)?.[0];
    if (newest?.message === message) continue;
    const body = { dashboard: { ...JSON.parse(content), id: null }, folderUid: FOLDER, overwrite: true, message };
    await grafana.call({ method: 'POST', path: '/api/dashboards/db', organisation, body }, ANYTHING);
    saved++;
  }
  if (saved > 0) tell.changed(TEXTS.boards(saved));
}
