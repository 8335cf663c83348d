import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { findReader } from '../../gateway/access/reader-token.ts';
import { addReader, readTokenFile, revokeReader } from '../../gateway/access/token-store.ts';
import { readGatewayConfig, withTokens } from '../../gateway/config.ts';
import { type ScriptedGrafana, startScriptedGrafana } from '../../test/scripted-grafana.ts';
import { run } from '../main.ts';

const PASSWORD = 'owner-of-all:%"';
const SERVER = '[server]\nServerToken = of-devices\nLabelProxyAddr = http://127.0.0.1:9105\n';
const UID = 'flowcollect-prometheus';

let folder: string;
let config: string;
let grafana: ScriptedGrafana;
let out: string;
let err: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flowcollect-users-'));
  config = join(folder, 'ServerSetting.ini');
  grafana = await startScriptedGrafana(PASSWORD);
  await writeFile(join(folder, 'password'), `${PASSWORD}\n`);
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += String(text);
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    err += String(text);
    return true;
  });
});
afterEach(async () => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  await grafana.close();
});

async function sync(...more: string[]): Promise<number> {
  [out, err] = ['', ''];
  grafana.changes.length = 0;
  const password = more.includes('--password-file') ? [] : ['--password-file', join(folder, 'password')];
  return run([
    'users',
    'sync',
    '--config',
    config,
    '--grafana',
    grafana.address,
    ...password,
    '--language',
    'en',
    ...more,
  ]);
}
const settings = (...users: string[]): Promise<void> =>
  writeFile(config, `${SERVER}${users.map((user) => `[user.${user}]\n`).join('')}`);
const organisationOf = (user: string) => grafana.organisation(`FlowCollect: ${user}`);
const sourceOf = (user: string): Record<string, unknown> => organisationOf(user).dataSources.get(UID) ?? {};
const tokenOf = (user: string): string =>
  (sourceOf(user).secureJsonData as { basicAuthPassword: string }).basicAuthPassword;
const accountOf = (login: string) => [...grafana.accounts.values()].find((each) => each.login === login);
/** Whom the gateway takes a data source for, by the settings as they are now. */
async function readerOf(user: string): Promise<string | undefined> {
  const { settings: read } = readGatewayConfig(config, await readFile(config, 'utf8'));
  const { readers } = withTokens(read, await readTokenFile(config));
  return findReader({ user: String(sourceOf(user).basicAuthUser), token: tokenOf(user) }, readers)?.user;
}

it('gives each user an organisation with a viewer, a data source that the gateway knows, and the dashboards', async () => {
  await settings('alice', 'bob');
  expect(await sync(), err).toBe(0);
  for (const user of ['alice', 'bob']) {
    const account = accountOf(user);
    const { id, members, dataSources, dashboards } = organisationOf(user);
    expect([members.get(account?.id ?? 0), account?.current]).toEqual(['Viewer', id]);
    expect(out).toContain(`${user}\tpassword, shown this once\t${account?.password}\n`);
    expect([...dataSources.keys()]).toEqual([UID]);
    expect(sourceOf(user)).toMatchObject({ url: 'http://127.0.0.1:9104', basicAuth: true, access: 'proxy' });
    expect(await readerOf(user)).toBe(user);
    expect([...dashboards.keys()].sort()).toEqual(
      ['audit', 'device', 'flows', 'health', 'nodes', 'overview'].map((name) => `flowcollect-${name}`),
    );
    expect(dashboards.get('flowcollect-audit')?.[0]?.dashboard.id).toBeNull();
  }
  expect(grafana.organisation('Main Org.').members.size).toBe(1);
  // The token is Grafana's alone: the settings have its hash, and it is not shown.
  expect(`${out}${err}${await readFile(config, 'utf8')}`).not.toContain(tokenOf('alice'));
});

it('tells programs what it changed', async () => {
  await settings('alice');
  await sync('--json');
  expect(JSON.parse(out)).toContainEqual({ user: 'alice', change: expect.stringContaining('password') });
  await sync('--json');
  expect(JSON.parse(out)).toEqual([]);
});

it.each(['9.5.1', '13.2.2'])('changes nothing the second time, with Grafana %s', async (version) => {
  grafana.version = version;
  await settings('alice', 'bob');
  await sync();
  const before = await readFile(config, 'utf8');
  expect(await sync()).toBe(0);
  expect([grafana.changes, out]).toEqual([[], '']);
  expect(await readFile(config, 'utf8')).toBe(before);
});

it('makes the overview the home of each organisation, in the language of the settings', async () => {
  await settings('alice');
  await sync();
  const home = { homeDashboardUID: 'flowcollect-overview' };
  expect(organisationOf('alice').preferences).toEqual({ ...home, language: 'zh-Hans' });
  await writeFile(config, (await readFile(config, 'utf8')).replace('[server]', '[server]\nLanguage = en'));
  await sync();
  expect(organisationOf('alice').preferences).toEqual({ ...home, language: 'en-US' });
  expect(organisationOf('alice').dashboards.has('flowcollect-overview')).toBe(true);
});

it('warns where anonymous access is on, and knows a wrong password all the same', async () => {
  await settings('alice');
  grafana.anonymous = true;
  expect(await sync()).toBe(0);
  expect(err).toContain('has anonymous access on');
  await writeFile(join(folder, 'password'), 'wrong');
  expect(await sync()).toBe(1);
  expect(err).toContain('does not take the password of admin (401)');
  expect(grafana.changes).toEqual([]);
});

it('changes what the settings change, and keeps the token', async () => {
  await settings('alice');
  await sync();
  const token = tokenOf('alice');
  const flows = organisationOf('alice').dashboards.get('flowcollect-flows') ?? [];
  const saved = flows.length;
  await writeFile(config, (await readFile(config, 'utf8')).replace('[server]', '[server]\nDailyBudget = 3GB'));
  expect(await sync('--reader-url', 'http://gateway:9104/')).toBe(0);
  expect(sourceOf('alice').url).toBe('http://gateway:9104');
  expect(tokenOf('alice')).toBe(token);
  expect(grafana.changes).toContain('POST /api/dashboards/db');
  expect(flows).toHaveLength(saved);
});

it('writes over a dashboard that was changed in Grafana', async () => {
  await settings('alice');
  await sync();
  const dashboard = organisationOf('alice').dashboards.get('flowcollect-flows');
  dashboard?.unshift({ message: '', dashboard: {}, folderUid: 'flowcollect' });
  await sync();
  expect(grafana.changes).toEqual(['POST /api/dashboards/db']);
  expect(dashboard?.[0]?.dashboard.title).toBeDefined();
});

describe('tokens', () => {
  it('are created again where Grafana has another one than the settings', async () => {
    await settings('alice');
    await sync();
    await addReader(config, 'alice');
    expect(await readerOf('alice')).toBeUndefined();
    await sync();
    expect(await readerOf('alice')).toBe('alice');
    expect(grafana.changes).toEqual([`PUT /api/datasources/uid/${UID}`]);
  });

  it('are fixed by the next run when Grafana failed in the middle', async () => {
    await settings('alice');
    grafana.broken = 'POST /api/datasources';
    expect(await sync()).toBe(1);
    expect(err).toContain('Grafana answered 500 to POST /api/datasources');
    grafana.broken = undefined;
    expect(await sync()).toBe(0);
    expect(await readerOf('alice')).toBe('alice');
  });

  it('stay revoked', async () => {
    await settings('alice');
    await sync();
    await revokeReader(config, 'alice');
    expect(await sync()).toBe(0);
    expect(err).toContain('alice: has no ReaderToken');
    expect(grafana.changes).toEqual([]);
    expect(await readerOf('alice')).toBeUndefined();
  });

  it('and passwords are not in what Grafana says back in an error', async () => {
    await settings('alice');
    grafana.broken = 'POST /api/admin/users';
    expect(await sync()).toBe(1);
    expect(err).toContain('"password":"…"');
    expect(err).not.toContain(PASSWORD);
  });
});

it('names a user that is gone from the settings, and deletes nothing', async () => {
  await settings('alice', 'bob');
  await sync();
  await settings('alice');
  expect(await sync()).toBe(0);
  expect(err).toContain('bob: is not in the settings any more');
  expect(grafana.changes.filter((line) => line.startsWith('DELETE'))).toEqual([]);
  expect(accountOf('bob')).toBeDefined();
});

describe('accounts', () => {
  it('have no organisation of their own, of which Grafana would make them Admin', async () => {
    grafana.autoAssign = false;
    await settings('alice');
    expect(await sync(), err).toBe(0);
    expect([...grafana.organisations.values()].map(({ name }) => name)).toEqual(['Main Org.', 'FlowCollect: alice']);
    expect(organisationOf('alice').members.get(accountOf('alice')?.id ?? 0)).toBe('Viewer');
  });

  it('that were there keep their password, and what else they see is named', async () => {
    const { id } = grafana.addAccount('alice', { password: 'hers' });
    grafana.organisation('Main Org.').members.set(id, 'Viewer');
    await settings('alice');
    expect(await sync()).toBe(0);
    expect(organisationOf('alice').members.get(id)).toBe('Viewer');
    expect(accountOf('alice')?.password).toBe('hers');
    expect(err).toContain('alice: is Viewer of "Main Org." too');
  });

  it('are never Admin of their organisation', async () => {
    await settings('alice');
    await sync();
    organisationOf('alice').members.set(accountOf('alice')?.id ?? 0, 'Admin');
    await sync();
    expect(organisationOf('alice').members.get(accountOf('alice')?.id ?? 0)).toBe('Viewer');
  });

  it('of Grafana’s administrators, of somebody else’s e-mail, or of two users at once are left out', async () => {
    grafana.addAccount('carol', { email: 'mallory' });
    await settings('admin', 'mallory', 'Bob', 'bob', 'a:b', 'alice');
    expect(await sync()).toBe(1);
    for (const user of ['admin', 'mallory', 'Bob', 'bob', 'a:b']) expect(err).toContain(`${user}: `);
    expect(await readerOf('alice')).toBe('alice');
    expect([...grafana.accounts.values()].map(({ login }) => login)).toEqual(['admin', 'carol', 'alice']);
  });

  it('lets another administrator in who takes over', async () => {
    await settings('alice');
    await sync();
    const { id } = grafana.addAccount('second', { password: PASSWORD, isGrafanaAdmin: true });
    grafana.organisation('Main Org.').members.set(id, 'Admin');
    expect(await sync('--admin', 'second'), err).toBe(0);
    expect(grafana.changes).toEqual([`POST /api/orgs/${organisationOf('alice').id}/users`]);
  });
});

it('takes names that mean something in an address for what they are', async () => {
  const names = [
    'Main Org.',
    '%2e%2e',
    'a?name#c',
    'a&loginOrEmail@admin',
    '小明 + x',
    '%2Fapi%2Fadmin',
    '..%5c',
    'phone #2; x',
  ];
  await settings(...names);
  expect(await sync(), err).toBe(0);
  for (const name of names) expect(await readerOf(name), name).toBe(name);
  // All of Grafana's paths are made of numbers and own uids.
  for (const line of grafana.changes) expect(line).toMatch(/^[A-Z]+ \/api\/[\w/-]+$/);
  expect(grafana.organisation('Main Org.').dataSources.size).toBe(0);
  await sync();
  expect(grafana.changes).toEqual([]);
});

describe('says how to fix', () => {
  beforeEach(() => settings('alice'));

  it('a wrong password, without it', async () => {
    await writeFile(join(folder, 'password'), 'hunter2');
    const before = await readFile(config, 'utf8');
    expect(await sync()).toBe(1);
    expect(err).toContain('does not take the password of admin (401)');
    expect(err).not.toContain('hunter2');
    expect(await readFile(config, 'utf8')).toBe(before);
  });

  it('no password, and takes it from the environment', async () => {
    const bare = ['users', 'sync', '--config', config, '--grafana', grafana.address];
    expect(await run(bare)).toBe(2);
    expect(err).toContain('FLOWCOLLECT_GRAFANA_PASSWORD');
    vi.stubEnv('FLOWCOLLECT_GRAFANA_PASSWORD', PASSWORD);
    expect(await run(bare), err).toBe(0);
  });

  it('no Grafana, and one that is too old', async () => {
    grafana.version = '8.5.27';
    expect(await sync()).toBe(1);
    expect(err).toContain('Grafana 8.5.27 is too old');
    await grafana.close();
    expect(await sync()).toBe(1);
    expect(err).toContain('ECONNREFUSED');
  });

  it('bad addresses, without what they hold', async () => {
    expect(await sync('--grafana', 'http://admin:hunter2@127.0.0.1')).toBe(2);
    expect(await sync('--reader-url', 'gateway:9104')).toBe(2);
    expect(err).not.toContain('hunter2');
  });

  it('settings in which nobody can read', async () => {
    await writeFile(config, '[server]\nServerToken = of-devices\n[user.alice]\n');
    expect(await sync()).toBe(2);
    expect(err).toContain('LabelProxyAddr is not set');
  });
});
