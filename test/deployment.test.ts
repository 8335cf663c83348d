import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { USER_HEADER } from '../gateway/label-proxy.ts';
import { dashboardFiles, serverFiles } from '../render/files.ts';
import { readRenderSettings } from '../render/settings.ts';
import { createLogger } from '../runtime/logger.ts';
import { type Binaries, ensureBinaries } from '../stack/binaries.ts';
import { ensureDebianProgram } from '../stack/debian-program.ts';
import { PROMETHEUS3_MODULE } from '../tools/prometheus3-programs.ts';
import { CACHE_FOLDER } from './cache-folder.ts';
import { LABEL_PROXY_VERSION } from './label-proxy.ts';
import { prometheusVersions } from './prometheus-versions.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string): string => readFileSync(`${root}${path}`, 'utf8');

const compose = z
  .object({
    services: z.record(
      z.string(),
      // Strict: what is not of the compose specification, or not looked at below, is refused.
      z.strictObject({
        image: z.string(),
        build: z.union([z.string(), z.strictObject({ context: z.literal('.'), target: z.string() })]).optional(),
        profiles: z.tuple([z.literal('victoriametrics')]).optional(),
        scale: z
          .string()
          .regex(/^\$\{FLOWCOLLECT_PROMETHEUS:-1\}$/)
          .optional(),
        restart: z.literal('unless-stopped'),
        user: z
          .string()
          .regex(/^[1-9]\d*(:\d+)?$/)
          .optional(),
        read_only: z.literal(true),
        tmpfs: z.array(z.string()),
        cap_drop: z.tuple([z.literal('ALL')]),
        security_opt: z.tuple([z.literal('no-new-privileges:true')]),
        logging: z.strictObject({ driver: z.literal('json-file'), options: z.record(z.string(), z.string()) }),
        mem_limit: z.string().regex(/^\d+m$/),
        stop_grace_period: z
          .string()
          .regex(/^\d+[sm]$/)
          .optional(),
        healthcheck: z.strictObject({
          test: z.tuple([z.literal('CMD')], z.string()),
          interval: z.string(),
          timeout: z.string(),
          retries: z.number(),
          start_period: z.string(),
        }),
        depends_on: z
          .union([
            z.array(z.string()),
            z.record(z.string(), z.strictObject({ condition: z.literal('service_healthy') })).transform(Object.keys),
          ])
          .default([]),
        command: z.array(z.string()).default([]),
        environment: z.record(z.string(), z.string()).default({}),
        networks: z.array(z.string()),
        ports: z.array(z.string()).default([]),
        volumes: z.array(z.string()).default([]),
        secrets: z.array(z.string()).default([]),
      }),
    ),
    networks: z.record(z.string(), z.object({ internal: z.boolean().default(false) })),
    volumes: z.record(z.string(), z.object({})),
    secrets: z.record(z.string(), z.object({ file: z.string() })),
  })
  .parse(parse(read('docker-compose.yml'), { merge: true }));
const services = Object.entries(compose.services);

/** What the person who deploys writes, next to docker-compose.yml; none of it is in the repository. */
const OWN_FILES = ['./config'];

describe('docker-compose.yml', () => {
  it('runs every part', () => {
    expect(Object.keys(compose.services).sort()).toEqual([
      'alertmanager',
      'auditor',
      'caddy',
      'config',
      'gateway',
      'grafana',
      'label-proxy',
      'prometheus',
      'pushgateway',
      'victoria-metrics',
      'vmalert',
    ]);
  });

  it('starts VictoriaMetrics where it is asked for only', () => {
    const asked = services.filter(([, { profiles }]) => profiles !== undefined).map(([name]) => name);
    expect(asked).toEqual(['victoria-metrics', 'vmalert']);
    for (const [name, { depends_on }] of services)
      if (!asked.includes(name)) expect(depends_on.filter((each) => asked.includes(each))).toEqual([]);
    // And then leaves out what it stands in for, at every later `up` too.
    const replaced = services.filter(([, { scale }]) => scale !== undefined).map(([name]) => name);
    expect(replaced).toEqual(['pushgateway', 'prometheus']);
    for (const page of ['docs/scale.md', 'docs/scale.zh-CN.md'])
      for (const line of ['COMPOSE_PROFILES=victoriametrics', 'FLOWCOLLECT_PROMETHEUS=0'])
        expect(read(page)).toContain(line);
  });

  it.each(services)('pins the image of %s to one version', (_, { image }) => {
    expect(image).toMatch(/:v?\d+\.\d+\.\d+$/);
  });

  it('opens to the world the ports of Caddy alone', () => {
    const open = services.flatMap(([name, { ports }]) => ports.map((port) => `${name} ${port}`));
    expect(open.filter((port) => !port.includes(' 127.0.0.1:'))).toEqual(['caddy 80:8080', 'caddy 443:8443']);
  });

  it('keeps Pushgateway and Prometheus on a network without a way out', () => {
    expect(compose.networks.inside?.internal).toBe(true);
    for (const name of ['pushgateway', 'prometheus', 'label-proxy', 'victoria-metrics', 'vmalert'])
      expect(compose.services[name]?.networks).toEqual(['inside']);
  });

  it('lets Caddy reach the gateway and nothing else inside', () => {
    expect(compose.networks.door?.internal).toBe(true);
    const own = compose.services.caddy?.networks ?? [];
    const beside = services.filter(([, { networks }]) => networks.some((name) => own.includes(name)));
    expect(beside.map(([name]) => name)).toEqual(['caddy', 'gateway']);
  });

  it('builds what the Dockerfile has', () => {
    for (const [, { build, image }] of services) {
      if (typeof build !== 'object') continue;
      const [name, version] = image.replace('flowcollect-', '').split(':');
      expect(read('Dockerfile')).toMatch(new RegExp(`^FROM (\\w+/)?${name}:v?${version} AS ${build.target}$`, 'm'));
    }
  });

  it('has in the images what is mounted nowhere', () => {
    const dockerfile = read('Dockerfile');
    for (const [name, { command }] of services) {
      for (const [, path = ''] of command.join(' ').matchAll(/(?:config|promscrape\.config)[ =](\/etc\/\S+)/g)) {
        const source = new RegExp(`^COPY (\\S+) ${path}$`, 'm').exec(dockerfile)?.[1] ?? '';
        expect(source, `${name} reads ${path}`).not.toBe('');
        expect(existsSync(`${root}${source}`), source).toBe(true);
      }
    }
  });

  it('gives Caddy the domain, the files and the ports that its Caddyfile names', () => {
    const caddyfile = read('packaging/caddy/Caddyfile');
    const { environment, ports, volumes, healthcheck } = compose.services.caddy ?? {};
    for (const [, name = ''] of caddyfile.matchAll(/\{\$(\w+)\}/g))
      expect(Object.keys(environment ?? {})).toContain(name);
    expect(ports?.map((port) => port.split(':')[1])).toEqual(
      ['http_port', 'https_port'].map((key) => new RegExp(`${key} (\\d+)`).exec(caddyfile)?.[1]),
    );
    expect(caddyfile).toContain(`${healthcheck?.test.at(-1)?.replace(/\/$/, '')} {`);
    // What Caddy writes, its image lets user 1000 write.
    const data = /XDG_DATA_HOME=(\S+)/.exec(read('Dockerfile'))?.[1] ?? '';
    expect(read('Dockerfile')).toContain(`chown 1000:1000 ${data}`);
    expect(volumes).toContain(`caddy-data:${data}`);
  });

  it('is asked by the gateway where label-proxy listens, with the header that it knows', () => {
    expect(read('setup/init/init-server.ts')).toContain("LabelProxyAddr: 'http://label-proxy:9105'");
    expect(compose.services['label-proxy']?.command).toEqual(
      expect.arrayContaining(['-insecure-listen-address=0.0.0.0:9105', '-label=user', `-header-name=${USER_HEADER}`]),
    );
  });

  it.each(services)('mounts for %s what there is', (_, { volumes }) => {
    for (const mount of volumes) {
      const source = mount.split(':')[0] ?? '';
      if (OWN_FILES.includes(source)) continue;
      if (source.startsWith('./')) expect(existsSync(`${root}${source}`), source).toBe(true);
      else expect(Object.keys(compose.volumes)).toContain(source);
    }
  });

  it('lets one service write the configuration, which the group of those that read it may read', () => {
    const users = services.filter(([, { volumes }]) => volumes.some((mount) => mount.startsWith('rendered:')));
    for (const [name, { volumes, command }] of users) {
      expect(volumes).toContain(name === 'config' ? 'rendered:/rendered' : 'rendered:/rendered:ro');
      for (const [, file = ''] of command.join(' ').matchAll(/--config\.file=\/rendered\/(\S+)/g)) {
        expect(existsSync(`${root}prometheus/${file}`), file).toBe(true);
      }
    }
    expect(users.map(([name]) => name)).toEqual(['config', 'prometheus', 'vmalert', 'alertmanager', 'grafana']);
    const [, group] = compose.services.config?.user?.split(':') ?? [];
    for (const name of ['prometheus', 'vmalert', 'alertmanager'])
      expect(compose.services[name]?.user).toBe(`${group}:${group}`);
    // vmalert takes the place of Prometheus by a variable.
    const told = compose.services.config?.command ?? [];
    for (const name of ['prometheus', 'alertmanager']) {
      expect(told.some((each) => each.includes(`http://${name}:`))).toBe(true);
    }
    const ruler = /FLOWCOLLECT_RULER=http:\/\/([\w-]+):/.exec(read('docs/scale.md'))?.[1] ?? '';
    expect(compose.services).toHaveProperty(ruler);
    expect(compose.services.prometheus?.command).toContain('--web.enable-lifecycle');
    expect(read('Dockerfile')).toMatch(/chown node:node .*\/rendered/);
    // Healthy, which the others wait for, is when the last file stands.
    const settings = readRenderSettings('containers.ini', read('prometheus/containers.ini')).settings;
    const last = [...serverFiles(settings, '/rendered'), ...dashboardFiles(settings)].at(-1)?.name;
    expect(compose.services.config?.healthcheck.test.at(-1)).toBe(`/rendered/${last}`);
  });

  it('holds no secret: each comes from a file that is not in the repository', () => {
    for (const [, { environment, secrets }] of services) {
      for (const key of Object.keys(environment)) expect(key).not.toMatch(/(PASSWORD|SECRET|TOKEN)$/);
      for (const secret of secrets) expect(compose.secrets[secret]?.file).toMatch(/^\.\/secrets\//);
    }
    expect(read('.gitignore').split('\n')).toEqual(
      expect.arrayContaining(['/secrets/', '/config/', '/.env', '/ServerSetting.ini']),
    );
    expect(read('.dockerignore').split('\n')).toEqual(expect.arrayContaining(['secrets', 'config', '*.ini']));
  });

  it('has Grafana keep the data sources of its image, which it cannot replace, and start no other than it needs', () => {
    const environment = compose.services.grafana?.environment ?? {};
    expect(environment.GF_PLUGINS_PREINSTALL_DISABLED).toBe('true');
    const needed = z
      .object({ datasources: z.array(z.object({ type: z.string() })) })
      .parse(parse(read('grafana/provisioning/datasources/prometheus.yml'))).datasources;
    const disabled = environment.GF_PLUGINS_DISABLE_PLUGINS?.split(',') ?? [];
    expect(disabled).toContain('loki');
    for (const { type } of needed) expect(disabled).not.toContain(type);
  });

  it('gives the storage its flags', () => {
    expect(compose.services.pushgateway?.command).toContain('--push.disable-consistency-check');
    expect(compose.services.prometheus?.command).toContain('--storage.tsdb.retention.time=400d');
    expect(compose.services.alertmanager?.command).toContain('--cluster.listen-address=');
  });

  it('is scraped under the names it gives', () => {
    const { scrape_configs } = z
      .object({
        scrape_configs: z.array(z.object({ static_configs: z.array(z.object({ targets: z.array(z.string()) })) })),
      })
      .parse({
        scrape_configs: ['prometheus/prometheus.yml', 'packaging/victoria-metrics/scrape.yml'].flatMap(
          (file) => parse(read(file)).scrape_configs,
        ),
      });
    const hosts = scrape_configs.flatMap((job) => job.static_configs.flatMap(({ targets }) => targets));
    for (const host of hosts.map((target) => target.split(':')[0] ?? '')) {
      if (host !== 'localhost') expect(Object.keys(compose.services)).toContain(host);
    }
  });

  it.each(services)('runs %s as somebody who is not root', (_, { image, user }) => {
    // Our own image says so itself.
    if (image.startsWith('flowcollect:')) expect(read('Dockerfile')).toMatch(/^USER node$/m);
    else expect(user).toBeDefined();
  });

  it.each([
    ['with Pushgateway and Prometheus', ['victoria-metrics', 'vmalert']],
    ['with VictoriaMetrics', ['pushgateway', 'prometheus']],
  ])('fits a VPS of 1 GB %s', (_, absent) => {
    const sum = services
      .filter(([name]) => !absent.includes(name))
      .reduce((total, [, { mem_limit }]) => total + Number.parseInt(mem_limit, 10), 0);
    expect(sum).toBeLessThanOrEqual(964);
  });

  it.each(services)('waits for services that exist before it starts %s', (_, { depends_on }) => {
    for (const name of depends_on) expect(Object.keys(compose.services)).toContain(name);
  });

  describe('against the real programs', () => {
    let binaries: Binaries;
    beforeAll(async () => {
      binaries = await ensureBinaries({ cacheFolder: CACHE_FOLDER, logger: createLogger('test', 'warn') });
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
      for (const argument of compose.services.prometheus?.command ?? [])
        expect(known).toContain(argument.split('=')[0]);
      expect(compose.services.prometheus?.image).toMatch(/:v3\.15\.0$/);
      expect(PROMETHEUS3_MODULE).toMatch(/@v0\.315\.0$/);
    });

    it('gives prom-label-proxy only flags that it has', () => {
      const program = inject('labelProxy');
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
      const flags = (compose.services[name]?.command ?? []).filter(
        (flag) => !/^-(promscrape\.config|rule)=/.test(flag),
      );
      expect(flags.length).toBeGreaterThan(4);
      const { stdout, stderr, status } = spawnSync(program, [...flags, ...dryRun], { encoding: 'utf8' });
      expect(status, `${stdout}${stderr}`).toBe(0);
      expect(compose.services[name]?.image).toMatch(/:v?1\.79\.5$/);
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
});
