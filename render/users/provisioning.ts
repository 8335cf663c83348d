import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Language } from '../../core/language.ts';
import { DASHBOARD_UIDS } from '../../grafana/links.ts';
import { GRAFANA_LANGUAGES } from '../../grafana/settings.ts';
import { TEXTS } from '../texts.ts';
import type { Reporter } from './accounts.ts';
import { ANYTHING, type Grafana } from './grafana-api.ts';

/** By which dashboards name it, as grafana/provisioning does. */
const UID = 'flowcollect-prometheus';

/** The hash of a user's reader token, and how a new one is made. */
interface ReaderToken {
  /** As the settings keep it; undefined where there is none. */
  readonly hash: Buffer | undefined;
  /** Keeps the hash of a new token in the settings in place of the old one, and gives both. */
  renew(): Promise<{ readonly token: string; readonly hash: Buffer }>;
  /** With which a person makes one where there is none. */
  readonly command: string;
}

const Found = z.object({
  url: z.string().optional(),
  basicAuth: z.boolean().optional(),
  basicAuthUser: z.string().optional(),
  jsonData: z.object({ readerTokenHash: z.unknown() }).nullish(),
  secureJsonFields: z.object({ basicAuthPassword: z.boolean().optional() }).nullish(),
});

/**
 * The user's data source in an organisation: the query proxy, with the user's token. Grafana never gives a token
 * back, so the data source says the hash of its own; where that is not the one of the settings, a new token is made.
 * One that was revoked stays so.
 *
 * @param queryProxy such as `http://127.0.0.1:9104`
 */
export async function syncDataSource(
  grafana: Grafana,
  user: string,
  organisation: number,
  queryProxy: string,
  reader: ReaderToken,
  reporter: Reporter,
): Promise<void> {
  const path = `/api/datasources/uid/${UID}`;
  const found = await grafana.find({ method: 'GET', path, organisation }, Found);
  if (found !== undefined && reader.hash === undefined) {
    reporter.warn(TEXTS.noReaderToken(reader.command));
    return;
  }
  const holds = (hash: Buffer): boolean =>
    found?.secureJsonFields?.basicAuthPassword === true && found.jsonData?.readerTokenHash === shortHash(hash);
  const kept = reader.hash !== undefined && holds(reader.hash);
  const wanted = { url: queryProxy, basicAuth: true, basicAuthUser: user };
  if (kept && found?.url === queryProxy && found.basicAuth === true && found.basicAuthUser === user) return;
  const renewed = kept ? undefined : await reader.renew();
  const hash = renewed?.hash ?? reader.hash;
  const body = {
    ...wanted,
    name: 'FlowCollect',
    uid: UID,
    type: 'prometheus',
    access: 'proxy',
    isDefault: true,
    jsonData: {
      httpMethod: 'POST',
      timeInterval: '15s',
      prometheusType: 'Prometheus',
      prometheusVersion: '2.40.0',
      ...(hash === undefined ? {} : { readerTokenHash: shortHash(hash) }),
    },
    // Left out, Grafana keeps the one it has.
    ...(renewed === undefined ? {} : { secureJsonData: { basicAuthPassword: renewed.token } }),
  };
  const secret = renewed === undefined ? {} : { secret: renewed.token };
  await grafana.call(
    found === undefined
      ? { method: 'POST', path: '/api/datasources', organisation, body, ...secret }
      : { method: 'PUT', path, organisation, body, ...secret },
    ANYTHING,
  );
  reporter.changed(renewed === undefined ? TEXTS.dataSource : TEXTS.dataSourceWithToken);
}

/** Of a hash of 256 random bits; enough to tell one token from another. */
function shortHash(hash: Buffer): string {
  return hash.toString('hex').slice(0, 16);
}

const FOLDER = 'flowcollect';

const Version = z.object({ message: z.string().optional() });
/** A list until Grafana 11, within an object since. */
const Versions = z.union([z.array(Version), z.object({ versions: z.array(Version) })]);

/** A dashboard as it is rendered. */
export interface DashboardText {
  readonly uid: string;
  readonly content: string;
}

/**
 * The dashboards of an organisation, in a folder of their own. Grafana stores a dashboard in its own newer form, which
 * cannot be compared; so each version that is saved says in its message which text it was, and one whose newest version
 * says so stays. What people changed in it is written over: they copy a dashboard to change it.
 */
export async function syncDashboards(
  grafana: Grafana,
  organisation: number,
  dashboards: readonly DashboardText[],
  reporter: Reporter,
): Promise<void> {
  const folder = await grafana.find({ method: 'GET', path: `/api/folders/${FOLDER}`, organisation }, ANYTHING);
  if (folder === undefined) {
    const body = { uid: FOLDER, title: 'FlowCollect' };
    await grafana.call({ method: 'POST', path: '/api/folders', organisation, body }, ANYTHING);
  }
  let saved = 0;
  for (const { uid, content } of dashboards) {
    const message = `flowcollect ${createHash('sha256').update(content).digest('hex').slice(0, 16)}`;
    const path = `/api/dashboards/uid/${uid}/versions`;
    const isSaved = async (): Promise<boolean> => {
      const found = await grafana.find({ method: 'GET', path, organisation, query: { limit: '1' } }, Versions);
      return (Array.isArray(found) ? found : found?.versions)?.[0]?.message === message;
    };
    if (await isSaved()) continue;
    const body = { dashboard: { ...JSON.parse(content), id: null }, folderUid: FOLDER, overwrite: true, message };
    const save = () => grafana.call({ method: 'POST', path: '/api/dashboards/db', organisation, body }, ANYTHING);
    await save();
    // Grafana 12.3 says "Initial save" of a first version, whatever it was told.
    if (!(await isSaved())) await save();
    saved++;
  }
  if (saved > 0) reporter.changed(TEXTS.dashboards(saved));
}

const Preferences = z.object({ homeDashboardUID: z.string().optional(), language: z.string().optional() });

/** What whoever signs in to an organisation sees first, and in which language Grafana speaks. */
export async function syncPreferences(
  grafana: Grafana,
  organisation: number,
  language: Language,
  reporter: Reporter,
): Promise<void> {
  const path = '/api/org/preferences';
  const found = await grafana.call({ method: 'GET', path, organisation }, Preferences);
  const body = { homeDashboardUID: DASHBOARD_UIDS.overview, language: GRAFANA_LANGUAGES[language] };
  if (found.homeDashboardUID === body.homeDashboardUID && found.language === body.language) return;
  await grafana.call({ method: 'PATCH', path, organisation, body }, ANYTHING);
  reporter.changed(TEXTS.preferences);
}
