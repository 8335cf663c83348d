import { existsSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { USER_HEADER } from '../gateway/queries/label-proxy.ts';
import { DASHBOARD_UIDS } from '../grafana/links.ts';
import { dashboardFiles, LANGUAGE_FILE, serverFiles } from '../render/files.ts';
import { readRenderSettings } from '../render/settings.ts';
import { tokenFileOf } from '../runtime/settings-file.ts';
import { QUIET_GRAFANA } from '../stack/programs.ts';
import { compose, ofProfile, read, root, services } from './compose.ts';

/** What the person who deploys writes, next to docker-compose.yml; none of it is in the repository. */
const OWN_FILES = ['./config', './config/tokens'];

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
      'thanos-front',
      'thanos-query',
      'thanos-query-without-1',
      'thanos-query-without-2',
      'thanos-query-without-3',
      'thanos-receive-1',
      'thanos-receive-2',
      'thanos-receive-3',
      'thanos-router',
      'victoria-metrics',
      'vmalert',
    ]);
  });

  it('lets nobody write the settings, and the gateway alone its tokens', () => {
    for (const [name, { volumes }] of services) {
      const own = volumes.filter((each) => each.startsWith('./config'));
      if (name === 'gateway') expect(own).toEqual(['./config:/config:ro', './config/tokens:/config/tokens']);
      else expect(own.filter((each) => !each.endsWith(':ro'))).toEqual([]);
    }
    // Where the commands write that compose runs.
    expect(tokenFileOf('/config/ServerSetting.ini')).toBe('/config/tokens/tokens.ini');
  });

  it('starts VictoriaMetrics or Thanos where it is asked for only', () => {
    expect(ofProfile('victoriametrics').map(([name]) => name)).toEqual(['victoria-metrics', 'vmalert']);
    expect(ofProfile('thanos').every(([name]) => name.startsWith('thanos-'))).toBe(true);
    const asked = services.filter(([, { profiles }]) => profiles !== undefined).map(([name]) => name);
    for (const [name, { depends_on }] of services)
      if (!asked.includes(name)) expect(depends_on.filter((each) => asked.includes(each))).toEqual([]);
    // VictoriaMetrics then leaves out what it stands in for, at every later `up` too.
    const replaced = services.filter(([, { scale }]) => scale !== undefined).map(([name]) => name);
    expect(replaced).toEqual(['pushgateway', 'prometheus']);
    for (const page of ['docs/scale.md', 'docs/scale.zh-CN.md'])
      for (const line of ['COMPOSE_PROFILES=victoriametrics', 'FLOWCOLLECT_PROMETHEUS=0'])
        expect(read(page)).toContain(line);
  });

  it('writes to three receivers of Thanos, and asks all of them and each two, by the names that the pages give', () => {
    const names = ofProfile('thanos').map(([name]) => name);
    const receivers = names.filter((name) => name.startsWith('thanos-receive-'));
    expect(receivers).toHaveLength(3);
    const labels = receivers.map((name) =>
      compose.services[name]?.command.filter((flag) => flag.startsWith('--label=')),
    );
    expect(labels).toEqual([1, 2, 3].map((receiver) => [`--label=replica="${receiver}"`]));
    const router = compose.services['thanos-router']?.command ?? [];
    expect(router).toContain(`--receive.replication-factor=${receivers.length}`);
    const hashring = router.find((flag) => flag.startsWith('--receive.hashrings='))?.replace(/^[^=]*=/, '') ?? '';
    expect(JSON.parse(hashring)).toEqual([{ endpoints: receivers.map((name) => `${name}:10901`) }]);
    const queries = names.filter((name) => name.startsWith('thanos-query'));
    for (const query of queries) {
      const asked = receivers.filter((name) => !query.endsWith(name.replace('thanos-receive', 'without')));
      expect(compose.services[query]?.command).toEqual([
        'query',
        '--no-query.partial-response',
        '--query.replica-label=replica',
        ...asked.map((name) => `--endpoint-strict=${name}:10901`),
      ]);
    }
    expect(compose.services['thanos-front']?.command).toEqual([
      'query',
      '--no-query.partial-response',
      '--query.replica-label=replica',
      '--endpoint-strict=thanos-query:10901',
    ]);
    const at = (name: string): string => `http://${name}:10902`;
    const [whole = '', ...fallbacks] = queries;
    for (const page of ['docs/scale.md', 'docs/scale.zh-CN.md']) {
      const block = /```ini\n\[server\]\nPrometheusAddr.*?```/s.exec(read(page))?.[0].replace(/ +/g, ' ') ?? '';
      expect(block).toContain(`PrometheusAddr = ${at(whole)}\n`);
      expect(block).toContain(`PrometheusFallbacks = ${fallbacks.map(at).join(', ')}\n`);
      expect(block).toContain('RemoteWriteAddr = http://thanos-router:19291/api/v1/receive\n');
      for (const line of ['COMPOSE_PROFILES=thanos', `FLOWCOLLECT_STORE=${at('thanos-front')}`])
        expect(read(page)).toContain(line);
    }
  });

  it.each(services)('pins the image of %s to one version', (_, { image }) => {
    expect(image).toMatch(/:v?\d+\.\d+\.\d+$/);
  });

  it('builds what the Dockerfile has', () => {
    for (const [, { build, image }] of services) {
      if (typeof build !== 'object') continue;
      expect(image).toContain(`/flowcollect-${build.target}:`);
      expect(read('Dockerfile')).toMatch(
        new RegExp(`^FROM ([\\w.]+/)*${build.target}:v?[\\d.]+ AS ${build.target}$`, 'm'),
      );
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

  it('lets no new account of Grafana into the organisation that sees everybody', () => {
    expect(compose.services.grafana?.environment.GF_USERS_AUTO_ASSIGN_ORG).toBe('false');
  });

  it('shows the overview to whoever signs in, in the language of the settings, and asks nobody outside', () => {
    const environment = compose.services.grafana?.environment ?? {};
    expect(environment).toMatchObject({
      ...QUIET_GRAFANA,
      GF_AUTH_ANONYMOUS_ENABLED: 'false',
      GF_USERS_HOME_PAGE: `/d/${DASHBOARD_UIDS.overview}`,
      // Compose takes two for one; Grafana puts what the file holds in its place.
      GF_USERS_DEFAULT_LANGUAGE: `$$__file{/rendered/${LANGUAGE_FILE}}`,
    });
    // Grafana complains of folders that are not there.
    expect(readdirSync(`${root}grafana/provisioning`).sort()).toEqual([
      'alerting',
      'dashboards',
      'datasources',
      'plugins',
    ]);
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

  it.each([
    ['1 GB with Pushgateway and Prometheus', undefined, [''], 964],
    ['1 GB with VictoriaMetrics', 'victoriametrics', ['pushgateway', 'prometheus'], 964],
    ['2 GB with Thanos', 'thanos', [''], 1928],
  ])('fits a VPS of %s', (_, profile, absent, megabytes) => {
    const sum = services
      .filter(([name, { profiles }]) => !absent.includes(name) && (profiles === undefined || profiles[0] === profile))
      .reduce((total, [, { mem_limit }]) => total + Number.parseInt(mem_limit, 10), 0);
    expect(sum).toBeLessThanOrEqual(megabytes);
  });

  it.each(services)('waits for services that exist before it starts %s', (_, { depends_on }) => {
    for (const name of depends_on) expect(Object.keys(compose.services)).toContain(name);
  });
});
