import { execFile, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeEach, describe, expect, it } from 'vitest';
import { ensureBinaries } from '../stack/binaries.ts';
import { QUIET_GRAFANA } from '../stack/programs.ts';
import { ensureDebianProgram } from './debian-program.ts';
import { CACHE_FOLDER } from './real-parts.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('..', import.meta.url));
const INSTALL = join(root, 'packaging', 'debian', 'install.sh');
const SCRIPTS = [
  'debian/install.sh',
  'device/install.sh',
  'openwrt/flowcollect-tunnel.init',
  'openwrt/flowcollect-tunnel.conf',
];

it.each(SCRIPTS)('packaging/%s is a script that a plain shell reads', (script) => {
  const { status, stderr } = spawnSync('sh', ['-n', join(root, 'packaging', script)], { encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(status).toBe(0);
});

/** Somebody's site. */
const THEIRS = 'theirs.example.com {\n\trespond 200\n}\n';

describe('the installation on Debian', () => {
  let folder: string;
  let machine: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'flowcollect-debian-'));
    machine = join(folder, 'machine');
    // What would change the machine that runs the test is only written down.
    await mkdir(join(folder, 'bin'));
    for (const tool of ['apt-get', 'systemctl', 'chown']) await stub(tool, '');
    await stub(
      'node',
      `case "$1" in -e | --version) exec '${process.execPath}' "$@" ;; esac
if [ "$2" = config ]; then shift && '${process.execPath}' '${join(root, 'dist', 'flowcollect.mjs')}' "$@" || exit; fi`,
    );
    const mail =
      '[smtp]\r\nSMTPHost = smtp.example.com\r\nSMTPPort = 465\r\nEmailUser = me@example.com\r\nEmailPass = p|&w=d\r\nEmailTo = you@example.com\r\n';
    await writeFile(join(folder, 'ServerSetting.ini'), `[server]\r\nServerToken = hush\r\n${mail}`);
  });

  const stub = (name: string, first: string) =>
    writeFile(join(folder, 'bin', name), `#!/bin/sh\n${first}\necho "${name} $*" >>'${folder}/calls'\n`, {
      mode: 0o755,
    });
  const install = (...args: readonly string[]) =>
    run(INSTALL, args, {
      cwd: folder,
      env: { PATH: `${join(folder, 'bin')}:/usr/bin:/bin`, DESTDIR: machine },
    });
  async function tree(): Promise<Record<string, string>> {
    const entries = await readdir(machine, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile() && !entry.name.endsWith('.mjs'));
    const paths = files.map((entry) => join(entry.parentPath, entry.name)).sort();
    return Object.fromEntries(
      await Promise.all(
        paths.map(async (path) => [path.slice(machine.length + 1), await readFile(path, 'utf8')] as const),
      ),
    );
  }

  it('is the same however often it runs, and starts every service', async () => {
    await install('ServerSetting.ini');
    const first = await tree();
    await install('ServerSetting.ini');
    expect(await tree()).toEqual(first);
    const calls = await readFile(join(folder, 'calls'), 'utf8');
    expect(calls).toContain('apt-get install -y --no-install-recommends prometheus prometheus-pushgateway');
    expect(calls).toContain('service install gateway --config /etc/flowcollect/ServerSetting.ini');
    expect(calls).toContain('service install auditor --config /etc/flowcollect/ServerSetting.ini');
    expect(first['etc/flowcollect/prometheus/smtp_password']).toBe('p|&w=d');
    expect(calls).not.toContain('hush');
    expect(calls).toContain('systemctl enable --now flowcollect-config.path');
  });

  it('ends with what one of Debian’s services says that does not start', async () => {
    const error = 'listen tcp 127.0.0.1:9090: bind: address already in use';
    await stub('systemctl', '[ "$*" != "is-active --quiet prometheus" ] || exit 3');
    await stub('journalctl', `echo 'level=error msg="Unable to start web listener" err="${error}"'`);
    await expect(install('ServerSetting.ini')).rejects.toMatchObject({
      stderr: expect.stringContaining(`prometheus 没有启动：${error}。它的端口被别的程序占用时，请让出端口`),
    });
  });

  it('writes what the real programs take', async () => {
    await install('ServerSetting.ini');
    const binaries = await ensureBinaries({ cacheFolder: CACHE_FOLDER });
    const config = join(machine, 'etc', 'flowcollect', 'prometheus');
    const { stdout } = await run(binaries.promtool, ['check', 'config', join(config, 'prometheus.yml')]);
    expect(stdout).toContain('SUCCESS');
    expect(stdout).toMatch(/SUCCESS: \d+ rules found/);
    expect(await readFile(join(config, 'prometheus.yml'), 'utf8')).not.toMatch(/(pushgateway|gateway|auditor):\d/);
    const alerts = await readFile(join(config, 'alertmanager.yml'), 'utf8');
    expect(alerts).toContain('smtp_smarthost: smtp.example.com:465');
    expect(alerts).toContain('smtp_from: me@example.com');
    expect(alerts).toContain('- to: you@example.com');

    const written = await tree();
    for (const [part, program] of [
      ['prometheus', binaries.prometheus],
      ['prometheus-pushgateway', binaries.pushgateway],
      ['prometheus-alertmanager', binaries.alertmanager],
    ] as const) {
      const override = written[`etc/systemd/system/${part}.service.d/flowcollect.conf`] ?? '';
      const help = spawnSync(program, ['--help'], { encoding: 'utf8' });
      const flags = override.match(/--[\w.-]+(?==)|--[\w.-]+$/gm) ?? [];
      expect(flags.length).toBeGreaterThan(2);
      for (const flag of flags) expect(`${help.stdout}${help.stderr}`.split(/[\s=]/), flag).toContain(flag);
      expect(override).toContain('--web.listen-address=127.0.0.1:');
    }
  });

  it('writes the files of Prometheus and Alertmanager again when systemd sees the settings change', async () => {
    await install('ServerSetting.ini');
    const written = await tree();
    const unit = written['etc/systemd/system/flowcollect-config.service'] ?? '';
    expect(written['etc/systemd/system/flowcollect-config.path']).toContain(
      'PathChanged=/etc/flowcollect/ServerSetting.ini',
    );
    const apply = join(machine, /ExecStart=(\S+)/.exec(unit)?.[1] ?? '');
    const settings = join(machine, 'etc', 'flowcollect', 'ServerSetting.ini');
    const environment = {
      PATH: `${join(machine, 'usr', 'local', 'bin')}:${join(folder, 'bin')}:/usr/bin:/bin`,
    };
    const rules = async () => (await tree())['etc/flowcollect/prometheus/rules/alerts.yml'] ?? '';

    await writeFile(settings, `${await readFile(settings, 'utf8')}[alerts]\nQuotaWarning = 0.42\n`);
    await rm(join(folder, 'calls'));
    await run(apply, [], { env: environment });
    expect(await rules()).toContain('quota_bytes) > 0.42');
    expect(await readFile(join(folder, 'calls'), 'utf8')).toMatch(
      /chown prometheus: \S+smtp_password\nsystemctl try-reload-or-restart --no-block prometheus prometheus-alertmanager\n/,
    );

    await writeFile(settings, '[alerts]\nQuotaWarning = much\n');
    await expect(run(apply, [], { env: environment })).rejects.toThrow('[alerts] QuotaWarning');
    expect(await rules()).toContain('quota_bytes) > 0.42');
  });

  it('writes them again for an edit that comes while it writes, after a bad one too', async () => {
    await install('ServerSetting.ini');
    const settings = join(machine, 'etc', 'flowcollect', 'ServerSetting.ini');
    const good = `${await readFile(settings, 'utf8')}[alerts]\nQuotaWarning = 0.42\n`;
    await writeFile(join(folder, 'good.ini'), good);
    await writeFile(settings, '[alerts]\nQuotaWarning = much\n');
    const command = join(machine, 'usr', 'local', 'bin', 'flowcollect');
    const program = join(folder, 'bin', 'flowcollect');
    await writeFile(program, `#!/bin/sh\n'${command}' "$@" || { cp '${folder}/good.ini' '${settings}'; exit 2; }\n`, {
      mode: 0o755,
    });
    await run(join(machine, 'opt', 'flowcollect', 'apply-settings'), [], {
      env: { PATH: `${join(folder, 'bin')}:/usr/bin:/bin` },
    });
    expect((await tree())['etc/flowcollect/prometheus/rules/alerts.yml']).toContain('quota_bytes) > 0.42');
  });

  it('keeps the settings of an installation, which hold the tokens of devices', async () => {
    await install('ServerSetting.ini');
    const settings = join(machine, 'etc', 'flowcollect', 'ServerSetting.ini');
    await writeFile(settings, `${await readFile(settings, 'utf8')}[alerts]\nQuotaWarning = 0.42\n`);
    await expect(install('ServerSetting.ini')).rejects.toThrow('已存在，且与 ServerSetting.ini 不同');
    expect(await readFile(settings, 'utf8')).toContain('QuotaWarning = 0.42');
    await install(settings);
    expect(await readFile(settings, 'utf8')).toContain('QuotaWarning = 0.42');
  });

  it('says where there is no Grafana, and gives one that is there the dashboards besides what it has', async () => {
    expect((await install('ServerSetting.ini')).stdout).toContain('没有仪表盘：未安装 Grafana');
    await stub('grafana-server', '');
    const own = join(machine, 'etc', 'grafana', 'provisioning', 'datasources', 'loki.yml');
    await mkdir(dirname(own), { recursive: true });
    await writeFile(own, 'theirs');
    await writeFile(
      join(machine, 'etc', 'flowcollect', 'ServerSetting.ini'),
      '[server]\r\nServerToken = hush\r\nLanguage = en\r\n',
    );
    await install(join(machine, 'etc', 'flowcollect', 'ServerSetting.ini'));
    const written = await tree();
    const unit = written['etc/systemd/system/grafana-server.service.d/flowcollect.conf'] ?? '';
    const environment = Object.fromEntries(
      [...unit.matchAll(/^Environment=(\w+)=(.*)$/gm)].map((match) => match.slice(1)),
    );
    expect(environment).toMatchObject({
      GF_SERVER_HTTP_ADDR: '127.0.0.1',
      GF_PLUGINS_PREINSTALL_DISABLED: 'true',
      GF_USERS_AUTO_ASSIGN_ORG: 'false',
      GF_USERS_HOME_PAGE: '/d/flowcollect-overview',
      GF_USERS_DEFAULT_LANGUAGE: '$__file{/etc/flowcollect/prometheus/grafana_language}',
      GF_AUTH_ANONYMOUS_ENABLED: 'false',
      ...QUIET_GRAFANA,
    });
    expect(written['etc/flowcollect/prometheus/grafana_language']).toBe('en-US');
    // What the provisioning asks of the environment is there, and so are the dashboards it leads to.
    const provisioning = Object.entries(written).filter(
      ([path]) => path.includes('/provisioning/') && !path.endsWith('loki.yml'),
    );
    expect(provisioning).toHaveLength(2);
    for (const [, text] of provisioning) {
      const asked = [...text.matchAll(/^[^#]*\$(\w+)/gm)].map(([, name]) => name ?? '');
      expect(asked.length).toBeGreaterThan(0);
      for (const name of asked) expect(environment).toHaveProperty(name);
    }
    const boards = `${environment.FLOWCOLLECT_DASHBOARDS?.slice(1)}/`;
    expect(Object.keys(written).filter((path) => path.startsWith(boards))).toHaveLength(7);
    expect(await readFile(join(folder, 'calls'), 'utf8')).toContain('systemctl restart grafana-server');

    await install('--uninstall');
    const left = Object.keys(await tree()).filter((path) => !path.startsWith('etc/flowcollect/'));
    expect(left).toEqual(['etc/grafana/provisioning/datasources/loki.yml']);
  });

  describe('with a domain', () => {
    const caddyfile = () => readFile(join(machine, 'etc', 'caddy', 'Caddyfile'), 'utf8');
    beforeEach(async () => {
      const caddy = await ensureDebianProgram('caddy', CACHE_FOLDER);
      await writeFile(join(folder, 'bin', 'caddy'), `#!/bin/sh\nexec '${caddy}' "$@"\n`, { mode: 0o755 });
      await mkdir(join(machine, 'etc', 'caddy'), { recursive: true });
      await writeFile(join(machine, 'etc', 'caddy', 'Caddyfile'), THEIRS);
      const settings = await readFile(join(folder, 'ServerSetting.ini'), 'utf8');
      await writeFile(join(folder, 'ServerSetting.ini'), settings.replace('[smtp]', 'ListenPort = :8687\r\n[smtp]'));
    });

    it('has Caddy in front of the gateway and the archive, beside its other sites, and goes with the rest', async () => {
      expect((await install('ServerSetting.ini', 'vps.example.com')).stdout).toContain(
        '--server https://vps.example.com',
      );
      // An update needs no domain.
      expect((await install('ServerSetting.ini')).stdout).toContain('--server https://vps.example.com');
      expect(await caddyfile()).toBe(`${THEIRS}import flowcollect.caddy\n`);
      const { stdout } = await run(join(folder, 'bin', 'caddy'), [
        ...['adapt', '--adapter', 'caddyfile', '--config', join(machine, 'etc', 'caddy', 'Caddyfile')],
      ]);
      expect(stdout).toContain('"host":["vps.example.com"]');
      expect([...stdout.matchAll(/"dial":"([^"]+)"|"path":\["([^"]+)"\]/g)].map((each) => each[1] ?? each[2])).toEqual([
        ...['127.0.0.1:9102', '/reports*', '127.0.0.1:8687'],
      ]);
      const calls = await readFile(join(folder, 'calls'), 'utf8');
      expect(calls).toContain('prometheus-alertmanager caddy\n');
      expect(calls).toContain('systemctl reload-or-restart caddy');

      await install('--uninstall');
      expect(await caddyfile()).toBe(THEIRS);
      expect(await readdir(join(machine, 'etc', 'caddy'))).toEqual(['Caddyfile']);
    });

    it('leaves Caddy as it is where it has that domain already', async () => {
      await expect(install('ServerSetting.ini', 'theirs.example.com')).rejects.toThrow(
        /theirs\.example\.com 合不来.*ambiguous/,
      );
      expect(await caddyfile()).toBe(THEIRS);
      expect(await readFile(join(folder, 'calls'), 'utf8')).not.toContain('reload-or-restart caddy');
    });
  });

  it('says where devices push to without a domain', async () => {
    expect((await install('ServerSetting.ini')).stdout).toContain('--server http://这台机器:8686');
  });

  it('is removed but for settings and data, however often', async () => {
    await install('ServerSetting.ini');
    const units = join(machine, 'etc', 'systemd', 'system');
    await writeFile(join(units, 'flowcollect-exporter.service'), 'ExecStart=/usr/local/bin/other exporter\n');
    await writeFile(
      join(units, 'flowcollect-gateway.service'),
      'ExecStart=node /opt/flowcollect/dist/flowcollect.mjs\n',
    );
    await install('--uninstall');
    const calls = await readFile(join(folder, 'calls'), 'utf8');
    expect(calls).toContain('systemctl disable --now prometheus');
    expect(calls).toContain('service uninstall gateway');
    expect(calls).not.toContain('service uninstall exporter');
    // The unit is the command's to remove, which is only written down here.
    await rm(join(units, 'flowcollect-gateway.service'));
    await install('--uninstall');
    expect(Object.keys(await tree())).toEqual([
      'etc/flowcollect/ServerSetting.ini',
      'etc/systemd/system/flowcollect-exporter.service',
    ]);
  });

  it('can be read by the services, whatever the umask of root', async () => {
    const command = `umask 077; exec '${INSTALL}' ServerSetting.ini`;
    await run('sh', ['-c', command], {
      cwd: folder,
      env: { PATH: `${join(folder, 'bin')}:/usr/bin:/bin`, DESTDIR: machine },
    });
    const closed: string[] = [];
    for (const entry of await readdir(machine, { recursive: true, withFileTypes: true })) {
      if (entry.isSymbolicLink()) continue;
      const path = join(entry.parentPath, entry.name);
      if (((await stat(path)).mode & 0o004) === 0) closed.push(path.slice(machine.length + 1));
    }
    expect(closed.sort()).toEqual(['etc/flowcollect/ServerSetting.ini', 'etc/flowcollect/prometheus/smtp_password']);
  });

  it('takes the Node that it found, unless services could not see it', async () => {
    await install('ServerSetting.ini');
    const unit = (await tree())['etc/systemd/system/flowcollect-config.service'];
    expect(unit).toContain(`Environment=PATH=${join(folder, 'bin')}:/usr/local/sbin:`);
    await writeFile(join(folder, 'bin', 'realpath'), '#!/bin/sh\necho /root/.nvm/node\n', { mode: 0o755 });
    await expect(install('ServerSetting.ini')).rejects.toThrow('它在用户目录里');
  });

  it('speaks the language of the settings', async () => {
    await writeFile(join(folder, 'bin', 'realpath'), '#!/bin/sh\necho /root/.nvm/node\n', { mode: 0o755 });
    await writeFile(join(folder, 'ServerSetting.ini'), '[server]\r\nServerToken = hush\r\nLanguage = en\r\n');
    await expect(install('ServerSetting.ini')).rejects.toThrow('which lies in a home folder');
  });

  it('installs nothing on a machine that systemd does not run', async () => {
    if (existsSync('/run/systemd/system')) return;
    const env = { PATH: `${join(folder, 'bin')}:/usr/bin:/bin` };
    const attempt = run(INSTALL, ['ServerSetting.ini'], { cwd: folder, env });
    await expect(attempt).rejects.toThrow('没有安装任何东西');
  });

  it('says what it needs', async () => {
    await expect(install('none.ini')).rejects.toThrow(
      `none.ini 不存在；请用此命令生成：node ${root}dist/flowcollect.mjs init server`,
    );
    await expect(install('')).rejects.toThrow('用法：install.sh');
  });
});
