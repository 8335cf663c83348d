import { z } from 'zod';
import { parseJson } from '../../core/json.ts';
import { type Text, UserFacingError } from '../../core/language.ts';
import { errorCode } from '../../runtime/error-code.ts';
import { type HttpAnswer, isDone, requestHttp } from '../../runtime/http.ts';
import { TEXTS } from '../texts.ts';

/** How Grafana is reached: its address and an account that administers all of it. */
interface GrafanaAccess {
  /** Such as `http://127.0.0.1:3000`; a path is kept as prefix. */
  readonly address: string;
  readonly login: string;
  /** Never in a message. */
  readonly password: string;
}

interface GrafanaCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Made of numbers and own uids alone: what people name is in `query` or `body`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** The organisation it is about; else the account's current one. */
  readonly organisation?: number;
  /** What of the body must not be repeated, should Grafana say it back. */
  readonly secret?: string;
}

/** Grafana did not do it; the message says what, why and how to fix it. */
class GrafanaError extends UserFacingError {
  override readonly name = 'GrafanaError';
}

/** Grafana's HTTP API. */
export interface Grafana {
  readonly login: string;
  /** Whether it shows itself to whoever does not sign in. */
  readonly isOpen: boolean;
  /** @throws GrafanaError unless it is done and answered in this shape */
  call<T>(call: GrafanaCall, shape: z.ZodType<T>): Promise<T>;
  /** As `call`, but undefined for what is not there (404). */
  find<T>(call: GrafanaCall, shape: z.ZodType<T>): Promise<T | undefined>;
}

const TIMEOUT_MS = 30_000;
/** Since 9.0 a data source is changed by its uid. */
const OLDEST = 9;
/** For answers of which nothing is needed. */
export const ANYTHING = z.unknown();

const Refused = z.object({ message: z.string() });
const Health = z.object({ version: z.string().optional() });

/**
 * Opens Grafana's API with basic authentication, which its organisations are administered by, and looks whether it is
 * Grafana, new enough, and takes the password: where anonymous access is on, Grafana takes a wrong one for no one's.
 *
 * @throws GrafanaError
 */
export async function openGrafana(access: GrafanaAccess): Promise<Grafana> {
  const base = access.address.replace(/\/+$/, '');
  const authorization = `Basic ${Buffer.from(`${access.login}:${access.password}`).toString('base64')}`;

  async function ask(
    { method, path, query = {}, body, organisation }: GrafanaCall,
    signedIn = true,
  ): Promise<HttpAnswer> {
    const search = new URLSearchParams(query).toString();
    return requestHttp(`${base}${path}${search === '' ? '' : `?${search}`}`, {
      method,
      headers: {
        ...(signedIn ? { authorization } : {}),
        accept: 'application/json',
        ...(organisation === undefined ? {} : { 'x-grafana-org-id': String(organisation) }),
      },
      json: body,
      timeout: TIMEOUT_MS,
    }).catch((error: unknown) => {
      throw new GrafanaError(TEXTS.grafanaSilent(base, errorCode(error)));
    });
  }

  function read<T>(call: GrafanaCall, answered: HttpAnswer, shape: z.ZodType<T>): T {
    const answer = parseJson(answered.text);
    if (!isDone(answered)) throw new GrafanaError(explain(call, answered.status, answer));
    const read = shape.safeParse(answer);
    if (read.success) return read.data;
    throw new GrafanaError(TEXTS.notGrafana(base, `${call.method} ${call.path}`));
  }

  function explain({ method, path, secret }: GrafanaCall, status: number, answer: unknown): Text {
    if (status === 401) return TEXTS.wrongPassword(access.login);
    if (status >= 300 && status < 400) return TEXTS.elsewhere(base, status);
    const refused = Refused.safeParse(answer);
    let said = refused.success ? `: ${refused.data.message.replaceAll(/\p{Cc}/gu, ' ').slice(0, 300)}` : '';
    for (const hidden of [secret, access.password]) if (hidden !== undefined) said = said.replaceAll(hidden, '…');
    const fix: Text = status === 403 ? TEXTS.needsAllOfGrafana(access.login) : { zh: '', en: '' };
    const { zh, en } = TEXTS.refused(status, `${method} ${path}`);
    return { zh: `${zh}${said}${fix.zh}`, en: `${en}${said}${fix.en}` };
  }

  const health: GrafanaCall = { method: 'GET', path: '/api/health' };
  const { version } = read(health, await ask(health), Health);
  const major = Number.parseInt(version ?? '', 10);
  if (major < OLDEST) throw new GrafanaError(TEXTS.tooOld(version ?? '', `${OLDEST}.0`));
  const own: GrafanaCall = { method: 'GET', path: '/api/user' };
  read(own, await ask(own), ANYTHING);
  const anonymous = await ask({ method: 'GET', path: '/api/org' }, false);

  return {
    login: access.login,
    isOpen: isDone(anonymous),
    call: async (call, shape) => read(call, await ask(call), shape),
    async find(call, shape) {
      const response = await ask(call);
      return response.status === 404 ? undefined : read(call, response, shape);
    },
  };
}
