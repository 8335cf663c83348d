import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string): string => readFileSync(`${root}${path}`, 'utf8');

const compose = z
  .object({
    services: z.record(
      z.string(),
      z.object({
        image: z.string(),
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
const OWN_FILES = ['./ServerSetting.ini'];

describe('docker-compose.yml', () => {
  it('runs every part', () => {
    expect(Object.keys(compose.services).sort()).toEqual(
      ['alertmanager', 'auditor', 'gateway', 'grafana', 'prometheus', 'pushgateway'].sort(),
    );
  });

  it.each(services)('pins the image of %s to one version', (_, { image }) => {
    expect(image).toMatch(/:v?\d+\.\d+\.\d+$/);
  });

  it('opens one port to the world: that of the gateway', () => {
    const open = services.flatMap(([name, { ports }]) => ports.map((port) => `${name} ${port}`));
    expect(open.filter((port) => !port.includes(' 127.0.0.1:'))).toEqual(['gateway 8686:8686']);
  });

  it('keeps Pushgateway and Prometheus on a network without a way out', () => {
    expect(compose.networks.inside?.internal).toBe(true);
    for (const name of ['pushgateway', 'prometheus']) expect(compose.services[name]?.networks).toEqual(['inside']);
  });

  it.each(services)('mounts for %s what there is', (_, { volumes }) => {
    for (const mount of volumes) {
      const source = mount.split(':')[0] ?? '';
      if (OWN_FILES.includes(source)) continue;
      if (source.startsWith('./')) expect(existsSync(`${root}${source}`), source).toBe(true);
      else expect(Object.keys(compose.volumes)).toContain(source);
    }
  });

  it('holds no secret: each comes from a file that is not in the repository', () => {
    for (const [, { environment, secrets }] of services) {
      for (const key of Object.keys(environment)) expect(key).not.toMatch(/(PASSWORD|SECRET|TOKEN)$/);
      for (const secret of secrets) expect(compose.secrets[secret]?.file).toMatch(/^\.\/secrets\//);
    }
    expect(read('.gitignore').split('\n')).toEqual(expect.arrayContaining(['/secrets/', '/ServerSetting.ini']));
    expect(read('.dockerignore').split('\n')).toEqual(expect.arrayContaining(['secrets', '*.ini']));
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
      .parse(parse(read('prometheus/prometheus.yml')));
    const hosts = scrape_configs.flatMap((job) => job.static_configs.flatMap(({ targets }) => targets));
    for (const host of hosts.map((target) => target.split(':')[0] ?? '')) {
      if (host !== 'localhost') expect(Object.keys(compose.services)).toContain(host);
    }
  });
});
