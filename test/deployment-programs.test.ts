import { spawnSync } from 'node:child_process';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Binaries, ensureBinaries } from '../stack/binaries.ts';
import { findGoModule } from '../tools/go-module.ts';
import { PROMETHEUS3 } from '../tools/prometheus3-programs.ts';
import { THANOS } from '../tools/thanos-programs.ts';
import { compose, ofProfile, read, root } from './compose.ts';
import { ensureDebianProgram } from './debian-program.ts';
import { LABEL_PROXY_VERSION } from './label-proxy.ts';
import { labelProxyProgram } from './label-proxy-program.ts';
import { CACHE_FOLDER, prometheusVersions } from './real-parts.ts';

describe('docker-compose.yml, against the real programs,', () => {
  let binaries: Binaries;
  beforeAll(async () => {
    binaries = await ensureBinaries({ cacheFolder: CACHE_FOLDER });
  });

  it.each(['prometheus', 'pushgateway', 'alertmanager'] as const)('gives %s only flags that it has', (name) => {
    const { stdout, stderr } = spawnSync(binaries[name], ['--help'], { encoding: 'utf8' });
    const known = `${stdout}${stderr}`;
    const flags = (compose.services[name]?.command ?? []).map((argument) => argument.split('=')[0] ?? '');
    expect(flags.length).toBeGreaterThan(2);
    for (const flag of flags) expect(known.split(/[\s=]/), flag).toContain(flag);
  });

  it('gives Prometheus 3, which it runs, only flags that it has', async () => {
    const three = (await prometheusVersions()).find(({ programs }) => programs.prometheus !== undefined);
    if (three?.programs.prometheus === undefined) return;
    const { stdout, stderr } = spawnSync(three.programs.prometheus, ['--help'], { encoding: 'utf8' });
    const known = `${stdout}${stderr}`.replaceAll('--[no-]', '--').split(/[\s=]/);
    for (const argument of compose.services.prometheus?.command ?? []) expect(known).toContain(argument.split('=')[0]);
    expect(compose.services.prometheus?.image).toMatch(/:v3\.15\.0$/);
    expect(PROMETHEUS3.version).toBe('v0.315.0');
  });

  it('gives prom-label-proxy only flags that it has', { timeout: 500_000 }, async () => {
    const program = await labelProxyProgram();
    if ('missing' in program) {
      process.stderr.write(`\nDID NOT RUN prom-label-proxy (${program.missing}): its flags were not looked at\n\n`);
      return;
    }
    const { stderr } = spawnSync(program.path, ['--help'], { encoding: 'utf8' });
    const flags = (compose.services['label-proxy']?.command ?? []).map((argument) => argument.split('=')[0] ?? '');
    for (const flag of flags) expect(stderr.split(/\s/), flag).toContain(flag);
    expect(compose.services['label-proxy']?.image).toMatch(new RegExp(`:${LABEL_PROXY_VERSION}$`));
  });

  it.each([
    [
      'victoria-metrics',
      '-promscrape.config.dryRun',
      `-promscrape.config=${root}packaging/victoria-metrics/scrape.yml`,
    ],
    ['vmalert', '-dryRun', `-rule=${root}prometheus/rules/*.yml`],
  ] as const)('gives %s flags and files that it takes', async (name, ...dryRun) => {
    const program = await ensureDebianProgram(name, CACHE_FOLDER);
    const flags = (compose.services[name]?.command ?? []).filter((flag) => !/^-(promscrape\.config|rule)=/.test(flag));
    expect(flags.length).toBeGreaterThan(4);
    const { stdout, stderr, status } = spawnSync(program, [...flags, ...dryRun], { encoding: 'utf8' });
    expect(status, `${stdout}${stderr}`).toBe(0);
    expect(`${compose.services[name]?.image}\n${read('Dockerfile')}`).toMatch(
      new RegExp(`/${name}:v1\\.79\\.5( AS .*)?$`, 'm'),
    );
  });

  it('gives Thanos only flags that it has', () => {
    const command = findGoModule(THANOS, CACHE_FOLDER)?.thanos;
    if (command === undefined) {
      process.stderr.write('\nDID NOT RUN on Thanos: "npm run scale" builds it; its flags were not looked at\n\n');
      return;
    }
    for (const [name, { command: given }] of ofProfile('thanos')) {
      // It reads all flags before it helps; some are not in the help.
      const { stderr, status } = spawnSync(command, [...given, '--help'], { encoding: 'utf8' });
      expect(status, `${name}: ${stderr}`).toBe(0);
    }
    expect(read('Dockerfile')).toContain(`/thanos:${THANOS.version} AS thanos`);
  });

  it('gives Caddy a Caddyfile that it takes: TLS for the domain, and the gateway behind it', async () => {
    const caddy = await ensureDebianProgram('caddy', CACHE_FOLDER);
    const { stdout, stderr, status } = spawnSync(
      'env',
      [
        ...['FLOWCOLLECT_DOMAIN=vps.example.com', caddy, 'adapt', '--validate', '--adapter', 'caddyfile'],
        ...['--config', `${root}packaging/caddy/Caddyfile`],
      ],
      { encoding: 'utf8' },
    );
    expect(status, stderr).toBe(0);
    const { admin, apps } = JSON.parse(stdout);
    expect(admin).toEqual({ disabled: true });
    expect(apps.http).toMatchObject({ http_port: 8080, https_port: 8443 });
    const servers = Object.values<{ listen: string[]; routes: unknown }>(apps.http.servers);
    expect(servers.map(({ listen }) => listen).sort()).toEqual([['127.0.0.1:8081'], [':8443']]);
    // HTTP/3 would be named to browsers with a port that is not published.
    expect(Object.values<{ protocols: string[] }>(apps.http.servers).map(({ protocols }) => protocols)).toEqual([
      ['h1', 'h2'],
      ['h1', 'h2'],
    ]);
    const routes = JSON.stringify(servers.find(({ listen }) => listen[0] === ':8443')?.routes);
    expect(routes).toContain('"match":[{"host":["vps.example.com"]}]');
    expect(routes).toContain('"upstreams":[{"dial":"gateway:8686"}]');
    const known = spawnSync(caddy, ['run', '--help'], { encoding: 'utf8' });
    for (const argument of compose.services.caddy?.command ?? [])
      if (argument.startsWith('--')) expect(`${known.stdout}${known.stderr}`.split(/\s/)).toContain(argument);
  });
});
