import { z } from 'zod';
import { TEXTS } from '../texts.ts';
import { ANYTHING, type Grafana } from './grafana-api.ts';
import type { Teller } from './viewer.ts';

/** By which dashboards name it, as grafana/provisioning does. */
const UID = 'flowcollect-prometheus';

/** The hash of a user's reader token, and how a new one is made. */
export interface ReaderToken {
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
 * The user's data source in an organisation: the readers' door, with the user's token. Grafana never gives a token
 * back, so the data source says the hash of its own; where that is not the one of the settings, a new token is made.
 * One that was revoked stays so.
 *
 * @param door such as `http://127.0.0.1:9104`
 */
export async function syncDataSource(
  grafana: Grafana,
  user: string,
  organisation: number,
  door: string,
  reader: ReaderToken,
  tell: Teller,
): Promise<void> {
  const path = `/api/datasources/uid/${UID}`;
  const found = await grafana.find({ method: 'GET', path, organisation }, Found);
  if (found !== undefined && reader.hash === undefined) {
    tell.warn(TEXTS.noReaderToken(reader.command));
    return;
  }
  const holds = (hash: Buffer): boolean =>
    found?.secureJsonFields?.basicAuthPassword === true && found.jsonData?.readerTokenHash === fingerprint(hash);
  const kept = reader.hash !== undefined && holds(reader.hash);
  const wanted = { url: door, basicAuth: true, basicAuthUser: user };
  if (kept && found?.url === door && found.basicAuth === true && found.basicAuthUser === user) return;
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
      ...(hash === undefined ? {} : { readerTokenHash: fingerprint(hash) }),
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
  tell.changed(renewed === undefined ? TEXTS.dataSource : TEXTS.dataSourceWithToken);
}

/** Of a hash of 256 random bits; enough to tell one token from another. */
function fingerprint(hash: Buffer): string {
  return hash.toString('hex').slice(0, 16);
}
