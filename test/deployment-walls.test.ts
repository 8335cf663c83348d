import { describe, expect, it } from 'vitest';
import { compose, ofProfile, read, services } from './compose.ts';

describe('docker-compose.yml', () => {
  it('opens to the world the ports of Caddy alone', () => {
    const open = services.flatMap(([name, { ports }]) => ports.map((port) => `${name} ${port}`));
    expect(open.filter((port) => !port.includes(' 127.0.0.1:'))).toEqual(['caddy 80:8080', 'caddy 443:8443']);
  });

  it('keeps Pushgateway, Prometheus and what stands beside them on a network without a way out', () => {
    expect(compose.networks.inside?.internal).toBe(true);
    for (const name of ['pushgateway', 'prometheus', 'label-proxy'])
      expect(compose.services[name]?.networks).toEqual(['inside']);
    for (const [name] of [...ofProfile('victoriametrics'), ...ofProfile('thanos')])
      expect(compose.services[name]?.networks).toEqual(['inside']);
  });

  it('lets Caddy reach the gateway and nothing else inside', () => {
    expect(compose.networks.caddy?.internal).toBe(true);
    const own = compose.services.caddy?.networks ?? [];
    const beside = services.filter(([, { networks }]) => networks.some((name) => own.includes(name)));
    expect(beside.map(([name]) => name)).toEqual(['caddy', 'gateway']);
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

  it.each(services)('runs %s as somebody who is not root', (_, { image, user }) => {
    // Our own image says so itself.
    if (image.includes('/flowcollect:')) expect(read('Dockerfile')).toMatch(/^USER node$/m);
    else expect(user).toBeDefined();
  });
});
