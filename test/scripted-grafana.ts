import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { serveLoopback } from './loopback.ts';
import {
  type Answer,
  insideRoutes,
  ok,
  type Route,
  refuse,
  type ScriptedAccount,
  type ScriptedOrganisation,
} from './scripted-grafana-inside.ts';

/**
 * The part of Grafana's HTTP API that makes users, by its documentation and the sources of its handlers. It is no
 * Grafana: that it answers so is what the tests assume and not what they show.
 */
export interface ScriptedGrafana {
  readonly address: string;
  readonly organisations: Map<number, ScriptedOrganisation>;
  readonly accounts: Map<number, ScriptedAccount>;
  /** Requests that change something, as `POST /api/orgs`, oldest first. */
  readonly changes: string[];
  version: string;
  /** Whether a new account joins the first organisation; else it gets one of its own. */
  autoAssign: boolean;
  /** Whether who does not sign in, or with a wrong password, is let in as a Viewer of the first organisation. */
  anonymous: boolean;
  /** Breaks the answer to requests that begin so, as often as they come. */
  broken: string | undefined;
  addAccount(login: string, more?: Partial<ScriptedAccount>): ScriptedAccount;
  organisation(name: string): ScriptedOrganisation;
  close(): Promise<void>;
}

/** @param password of the account `admin` */
export async function startScriptedGrafana(password: string): Promise<ScriptedGrafana> {
  const organisations = new Map<number, ScriptedOrganisation>();
  const accounts = new Map<number, ScriptedAccount>();
  let ids = 0;

  function addOrganisation(name: string): ScriptedOrganisation {
    const id = ++ids;
    const made = {
      id,
      name,
      members: new Map(),
      dataSources: new Map(),
      folders: new Map(),
      dashboards: new Map(),
      preferences: {},
    };
    organisations.set(id, made);
    return made;
  }
  const main = addOrganisation('Main Org.');
  const same = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();
  const byLogin = (name: string): ScriptedAccount | undefined =>
    [...accounts.values()].find(({ login, email }) => same(login, name) || same(email, name));

  const routes: readonly Route[] = [
    [
      /^GET \/api\/orgs$/,
      ({ query }) => {
        const [page, size] = [Number(query.get('page')), Number(query.get('perpage') ?? 1000)];
        return ok(
          [...organisations.values()].slice(page * size, (page + 1) * size).map(({ id, name }) => ({ id, name })),
        );
      },
    ],
    [
      /^POST \/api\/orgs$/,
      ({ body, account }) => {
        if ([...organisations.values()].some(({ name }) => name === body.name))
          return refuse(409, 'Organization name taken');
        const made = addOrganisation(String(body.name));
        made.members.set(account.id, 'Admin');
        return ok({ orgId: made.id, message: 'Organization created' });
      },
    ],
    [
      /^DELETE \/api\/orgs\/(\d+)$/,
      ({ ids: [id] }) =>
        organisations.delete(Number(id)) ? ok({ message: 'Organization deleted' }) : refuse(404, 'ID not found'),
    ],
    [
      /^GET \/api\/orgs\/(\d+)\/users$/,
      ({ ids: [id] }) =>
        ok([...of(id).members].map(([userId, role]) => ({ userId, role, login: accounts.get(userId)?.login }))),
    ],
    [
      /^POST \/api\/orgs\/(\d+)\/users$/,
      ({ ids: [id], body }) => {
        const found = byLogin(String(body.loginOrEmail));
        if (found === undefined) return refuse(404, 'User not found');
        if (of(id).members.has(found.id)) return refuse(409, 'User is already member of this organization');
        of(id).members.set(found.id, String(body.role));
        return ok({ message: 'User added to organization', userId: found.id });
      },
    ],
    [
      /^(?:PATCH|DELETE) \/api\/orgs\/(\d+)\/users\/(\d+)$/,
      ({ ids: [id, user], body }) => {
        const { members } = of(id);
        const admins = [...members].filter(([, role]) => role === 'Admin').map(([each]) => each);
        if (admins.length === 1 && admins[0] === Number(user))
          return refuse(400, 'Cannot remove last organization admin');
        if (body.role === undefined) members.delete(Number(user));
        else members.set(Number(user), String(body.role));
        return ok({ message: 'done' });
      },
    ],
    [/^GET \/api\/user$/, ({ account }) => ok({ id: account.id, login: account.login })],
    [
      /^GET \/api\/users\/lookup$/,
      ({ query }) => {
        const found = byLogin(query.get('loginOrEmail') ?? '');
        if (found === undefined) return refuse(404, 'user not found');
        const { id, login, email, isGrafanaAdmin } = found;
        return ok({ id, login, email, isGrafanaAdmin });
      },
    ],
    [
      /^POST \/api\/admin\/users$/,
      ({ body }) => {
        const login = String(body.login).trim().toLowerCase();
        if (byLogin(login) !== undefined)
          return refuse(412, `User with email '' or username '${login}' already exists`);
        const home = grafana.autoAssign ? (organisations.get(Number(body.OrgId)) ?? main) : addOrganisation(login);
        const made = grafana.addAccount(login, { password: String(body.password), current: home.id });
        home.members.set(made.id, grafana.autoAssign ? 'Viewer' : 'Admin');
        return ok({ id: made.id, message: 'User created' });
      },
    ],
    [
      /^GET \/api\/users\/(\d+)\/orgs$/,
      ({ ids: [id] }) =>
        ok(
          [...organisations.values()].flatMap(({ id: orgId, name, members }) => {
            const role = members.get(Number(id));
            return role === undefined ? [] : [{ orgId, name, role }];
          }),
        ),
    ],
    [
      /^POST \/api\/users\/(\d+)\/using\/(\d+)$/,
      ({ ids: [id, organisation] }) => {
        const account = accounts.get(Number(id));
        if (account === undefined || !of(organisation).members.has(account.id))
          return refuse(401, 'Not a valid organization');
        account.current = Number(organisation);
        return ok({ message: 'Active organization changed' });
      },
    ],
    ...insideRoutes(() => grafana.version),
  ];

  function of(id: string | undefined): ScriptedOrganisation {
    const found = organisations.get(Number(id));
    if (found === undefined) throw new Error(`a test asked for organisation ${id}, which is not there`);
    return found;
  }

  async function answer(request: IncomingMessage): Promise<Answer> {
    const sent = await text(request);
    const url = new URL(request.url ?? '', 'http://grafana.invalid');
    const line = `${request.method} ${url.pathname}`;
    if (line === 'GET /api/health') return ok({ database: 'ok', version: grafana.version });
    const [login = '', given] = Buffer.from(request.headers.authorization?.replace(/^Basic /, '') ?? '', 'base64')
      .toString()
      .split(/:(.*)/s);
    const account = byLogin(login);
    if (account === undefined || account.password !== given) {
      if (!grafana.anonymous) return refuse(401, 'Invalid username or password');
      if (line === 'GET /api/org') return ok({ id: main.id, name: main.name });
      return line === 'GET /api/user' ? refuse(401, 'Unauthorized') : refuse(403, 'Access denied');
    }
    if (request.method !== 'GET') grafana.changes.push(line);
    if (grafana.broken !== undefined && line.startsWith(grafana.broken)) return refuse(500, `failed on ${sent}`);
    const named = request.headers['x-grafana-org-id'];
    const inside = named === undefined ? organisations.get(account.current) : organisations.get(Number(named));
    if (inside === undefined || !inside.members.has(account.id)) return refuse(403, 'no member of the organization');
    const body = sent === '' ? {} : JSON.parse(sent);
    for (const [pattern, handle] of routes) {
      const match = pattern.exec(line);
      if (match !== null) return handle({ query: url.searchParams, ids: match.slice(1), body, account, inside });
    }
    return refuse(404, 'Not found');
  }

  const { origin, kill } = await serveLoopback(async (request, response) => {
    const { status, body } = await answer(request);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });

  const grafana: ScriptedGrafana = {
    address: origin,
    organisations,
    accounts,
    changes: [],
    version: '13.2.2',
    autoAssign: true,
    anonymous: false,
    broken: undefined,
    addAccount(login, more = {}) {
      const account = {
        id: ++ids,
        login,
        email: login,
        password: '',
        isGrafanaAdmin: false,
        current: main.id,
        ...more,
      };
      accounts.set(account.id, account);
      return account;
    },
    organisation(name) {
      const found = [...organisations.values()].find((each) => each.name === name);
      if (found === undefined) throw new Error(`no organisation "${name}"`);
      return found;
    },
    close: kill,
  };
  const admin = grafana.addAccount('admin', { password, isGrafanaAdmin: true });
  main.members.set(admin.id, 'Admin');
  return grafana;
}
