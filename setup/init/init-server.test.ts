import { expect, it } from 'vitest';
import { dockerSteps } from './init-server.ts';

it('hands the settings to user 1000, and the domain to Caddy', () => {
  expect(dockerSteps('config/ServerSetting.ini', 'https://my.vps', 'a password')).toEqual([
    'sudo chown -R 1000 config',
    "mkdir -p secrets && printf %s 'a password' > secrets/grafana_password",
    'echo FLOWCOLLECT_DOMAIN=my.vps > .env',
    'docker compose up -d --build',
  ]);
});

it('moves settings from elsewhere to the folder that is mounted', () => {
  const [first, second] = dockerSteps('ServerSetting.ini', 'https://my.vps', 'a password');
  expect(first).toBe('mkdir -p config/tokens && mv ServerSetting.ini config/ServerSetting.ini');
  // Never the whole checkout.
  expect(second).toBe('sudo chown -R 1000 config');
});
