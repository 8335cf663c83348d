import { readFileSync } from 'node:fs';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { readIni } from '../core/ini.ts';
import type { KernelChoice } from './kernel-choice.ts';
import { installationOf, openRunFolder, type RunFolder } from './layout.ts';
import { renderIni, settleFiles, storageFiles } from './service-settings.ts';
import { readServerSide } from './settings.ts';

let base: string;
let folder: RunFolder;
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'settle-'));
  folder = await openRunFolder(
    installationOf({ command: 'node', args: [join(base, 'dist', 'flowcollect.mjs')] }, {}),
    join(base, 'data'),
  );
});

const own = { serverPath: '/me/ServerSetting.ini', serverExists: true, clientPath: '/me/ClientSetting.ini' };
const side = readServerSide(own.serverPath, '[server]\nListenPort = :8686\nServerToken = shared');
const real = (
  entries: Record<string, string>,
  kernels: Record<string, Record<string, string>> = {},
): Extract<KernelChoice, { kind: 'real' }> => ({
  kind: 'real',
  address: 'http://127.0.0.1:9097',
  client: new Map(Object.entries(entries)),
  kernels: new Map(Object.entries(kernels).map(([section, keys]) => [section, new Map(Object.entries(keys))])),
});
const entriesOf = async (path: string | undefined, section: string) =>
  Object.fromEntries(readIni(await readFile(path ?? '', 'utf8')).entries(section));

describe('settleFiles', () => {
  it('uses files that suit as they are, so that edits apply', async () => {
    const choice = real({ RemoteServer: 'http://localhost:8686/report', RemoteToken: 'shared', DeviceID: 'a' });
    expect(await settleFiles(choice, side, own, folder, undefined)).toMatchObject({
      server: own.serverPath,
      client: own.clientPath,
      redirected: false,
    });
  });

  it('starts no exporter where devices alone push', async () => {
    expect(await settleFiles({ kind: 'none' }, side, own, folder, undefined)).toMatchObject({
      server: own.serverPath,
      client: undefined,
    });
  });

  it('turns an exporter that pushes elsewhere to this gateway, with a state of its own', async () => {
    const choice = real({ RemoteServer: 'https://vps.example', RemoteToken: 'other', DeviceID: '客厅', StateDir: 's' });
    const { client, redirected } = await settleFiles(choice, side, own, folder, undefined);
    expect(redirected).toBe(true);
    expect(await entriesOf(client, 'client')).toEqual({
      RemoteServer: 'http://127.0.0.1:8686',
      RemoteToken: 'shared',
      DeviceID: '客厅',
      StateDir: folder.in('exporter'),
    });
  });

  it('takes no hash of the token for the token', async () => {
    const hashed = readServerSide(
      own.serverPath,
      `[server]\nListenPort = :8686\nServerToken = sha256:${'a'.repeat(64)}`,
    );
    const choice = real({ RemoteServer: 'http://localhost:8686', RemoteToken: 'shared', DeviceID: 'a' });
    expect(await settleFiles(choice, hashed, own, folder, undefined)).toMatchObject({ client: own.clientPath });
  });

  it('takes all its kernels along, and finds their certificates where they were', async () => {
    const choice = real(
      { RemoteServer: 'https://vps.example', RemoteToken: 'other', StateSync: '/flash' },
      { 'kernel.router': { MihomoAPIAddr: 'https://192.168.1.1:9443', MihomoCA: 'ca.pem', RemoteToken: 'its own' } },
    );
    const { client } = await settleFiles(choice, side, own, folder, undefined);
    expect(Object.keys(await entriesOf(client, 'client'))).toEqual(['RemoteServer', 'RemoteToken', 'StateDir']);
    expect(await entriesOf(client, 'kernel.router')).toEqual({
      MihomoAPIAddr: 'https://192.168.1.1:9443',
      MihomoCA: '/me/ca.pem',
    });
  });

  it('keeps a demo away from real airports and mailboxes', async () => {
    const text = [
      '[server]\nSubUrls = ["a.yaml"]="https://real.example/?token=hunter2"\nTimezone = Europe/Berlin',
      '[smtp]\nEmailUser = me@qq.com\nEmailPass = hunter2\nEmailTo = me@qq.com',
    ].join('\n');
    const world = {
      kernel: 'http://127.0.0.1:1',
      secret: 's',
      airport: 'http://127.0.0.1:2/sub?token=t',
      mailbox: { host: '127.0.0.1', port: 3 },
      password: 'p',
      control: 'http://127.0.0.1:4',
      began: 0,
    };
    const choice: KernelChoice = { kind: 'demo', why: 'no-settings', address: '', client: new Map() };
    const files = await settleFiles(choice, readServerSide(own.serverPath, text), own, folder, world);
    const server = await readFile(files.server, 'utf8');
    expect(server).not.toMatch(/real\.example|qq\.com|hunter2/);
    expect(await entriesOf(files.server, 'server')).toMatchObject({
      SubUrls: '["demo.yaml"]="http://127.0.0.1:2/sub?token=t"',
      Timezone: 'Europe/Berlin',
    });
    const token = (await entriesOf(files.client, 'client')).RemoteToken;
    expect((await entriesOf(files.server, 'server')).ServerToken).toBe(token);

    await files.follow(readServerSide(own.serverPath, `[server]\nLeakMinBytes = 5MB`));
    expect(await entriesOf(files.server, 'server')).toMatchObject({
      SubUrls: '["demo.yaml"]="http://127.0.0.1:2/sub?token=t"',
      LeakMinBytes: String(5 * 1024 ** 2),
      ServerToken: token,
    });
  });
});

it('writes what readIni reads', () => {
  const text = renderIni({
    server: { SubUrls: '["a.yaml"]="https://host/path?token=1;2#3",\n["b.yaml"]="https://url"', ListenPort: ':1' },
    'user.alice': { note: '客厅' },
  });
  const document = readIni(text);
  expect(document.sections).toEqual(['server', 'user.alice']);
  expect(document.entries('server').get('SubUrls')).toBe(
    '["a.yaml"]="https://host/path?token=1;2#3",\n["b.yaml"]="https://url"',
  );
  expect(document.entries('user.alice').get('note')).toBe('客厅');
});

it('gives back every value of one line', () => {
  const value = fc.string().filter((s) => s === s.trim() && s !== '' && !/[\r\n,"'\u2028\u2029\0]/.test(s));
  fc.assert(
    fc.property(value, (written) => {
      expect(
        readIni(renderIni({ client: { key: written, z: '1' } }))
          .entries('client')
          .get('key'),
      ).toBe(written);
    }),
  );
});

const shipped = (name: string): unknown =>
  parse(readFileSync(new URL(`../prometheus/${name}`, import.meta.url), 'utf8'));
const withMail = '[smtp]\nEmailUser = me@qq.com\nEmailTo = me@qq.com\nEmailPass = hunter2\n';

/** The text of one file of the stack with those settings. */
function made(name: string, settings = withMail): string {
  const side = readServerSide('ServerSetting.ini', settings);
  const mail = { smtp: side.smtp, passwordFile: '/data/smtp_password', tls: true };
  const file = storageFiles(side, mail, 15).find((each) => each.name === name);
  if (file === undefined) throw new Error(`no file ${name}`);
  return file.content;
}

const jobsSchema = z.object({
  scrape_configs: z.array(
    z.object({
      job_name: z.string(),
      honor_labels: z.boolean().optional(),
      static_configs: z.array(z.object({ targets: z.array(z.string()) })),
    }),
  ),
});
const jobs = (config: unknown) =>
  jobsSchema.parse(config).scrape_configs.map(({ job_name, honor_labels, static_configs }) => ({
    job_name,
    honor_labels,
    ports: static_configs.flatMap(({ targets }) => targets).map((target) => target.split(':').at(-1)),
  }));

describe('the configuration of the stack', () => {
  it('scrapes what the VPS scrapes', () => {
    expect(jobs(parse(made('prometheus.yml')))).toEqual(jobs(shipped('prometheus.yml')));
  });

  it('routes and inhibits alerts as the VPS does', () => {
    const schema = z.object({ route: z.unknown(), inhibit_rules: z.unknown() });
    expect(schema.parse(parse(made('alertmanager.yml')))).toEqual(schema.parse(shipped('alertmanager.yml')));
  });

  it('mails alerts only where mail is set up, and keeps the password out', () => {
    expect(made('alertmanager.yml')).toContain('to: me@qq.com');
    expect(made('alertmanager.yml')).not.toContain('hunter2');
    expect(made('alertmanager.yml', '')).not.toContain('email_configs');
  });

  it('takes thresholds from the settings', () => {
    expect(made('rules/alerts.yml', '[server]\nDailyBudget = 1KB\n')).toContain('{class="proxy"}) > 1024');
    expect(made('rules/alerts.yml', '[alerts]\nQuotaWarning = 0.5\n')).toContain(
      'flowcollect_airport_quota_bytes) > 0.5',
    );
  });
});
