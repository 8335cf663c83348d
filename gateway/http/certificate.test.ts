import { copyFile, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { systemClock } from '../../runtime/async.ts';
import { createLogger } from '../../runtime/logger.ts';
import { hashToken } from '../access/authenticate.ts';
import { createGateway, type Gateway } from '../service.ts';
import { CertificateError } from './certificate.ts';

const GOOD = ['kernel.crt', 'kernel.key'].map((name) =>
  fileURLToPath(new URL(`../../test/certificates/${name}`, import.meta.url)),
);
let folder: string;
let lines: string[];
let gateway: Gateway;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flowcollect-gateway-'));
  lines = [];
  for (const path of GOOD) await copyFile(path, join(folder, path.endsWith('.crt') ? 'cert.pem' : 'key.pem'));
  const address = { host: '127.0.0.1', port: 0, setting: 'none' };
  gateway = createGateway({
    places: {
      dataDir: folder,
      prometheus: 'http://127.0.0.1:9',
      listen: address,
      metrics: address,
      pushgateway: 'http://127.0.0.1:9',
      tls: { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') },
    },
    clock: systemClock,
    logger: createLogger('test', 'info', { write: (line: string) => void lines.push(line) }),
    tokens: () => [{ hash: hashToken('one'), user: 'default' }],
    lastReload: () => ({ successful: true, succeededAt: 0 }),
  });
});
afterEach(() => gateway.stop());

/** The status that is answered to a stranger, over a connection of its own. */
const statusOf = async (origin: string): Promise<number | undefined> => {
  const ca = await readFile(GOOD[0] ?? '', 'utf8');
  return new Promise((resolve, reject) => {
    const asked = request(`${origin}/metrics/job/flowcollect/instance/a`, { ca, agent: false }, (response) => {
      response.resume();
      resolve((response.socket as TLSSocket).authorized ? response.statusCode : undefined);
    });
    asked.on('error', reject).end();
  });
};

it('devices are answered over TLS with the certificate of the settings', async () => {
  const { pushes: origin } = await gateway.start();
  expect(origin).toMatch(/^https:/);
  expect(await statusOf(origin)).toBe(401);
});

it('a renewed certificate is taken without a restart, a bad one is not', async () => {
  const { pushes: origin, metrics } = await gateway.start();
  const gauge = async (name: string) =>
    Number(
      new RegExp(`^flowcollect_gateway_config_last_reload_${name} (\\S+)$`, 'm').exec(
        await (await fetch(`${metrics}/metrics`)).text(),
      )?.[1],
    );
  const reloaded = async () => [await gauge('successful'), (await gauge('success_timestamp_seconds')) > 0];
  await writeFile(join(folder, 'cert.pem'), 'nonsense');
  await vi.waitFor(() => expect(lines.join()).toContain('certificate files kept as they were'), 5000);
  expect(await reloaded()).toEqual([0, false]);
  expect(await statusOf(origin)).toBe(401);
  await copyFile(GOOD[0] ?? '', join(folder, 'cert.pem'));
  await vi.waitFor(() => expect(lines.join()).toContain('certificate files reloaded'), 5000);
  expect(await reloaded()).toEqual([1, true]);
  expect(await statusOf(origin)).toBe(401);
  expect(lines.join()).not.toContain('PRIVATE KEY');
});

it('files that do not fit together are named by their settings', async () => {
  await copyFile(
    fileURLToPath(new URL('../../test/certificates/other.crt', import.meta.url)),
    join(folder, 'cert.pem'),
  );
  await expect(gateway.start()).rejects.toThrow(CertificateError);
  await expect(gateway.start()).rejects.toThrow('[server] TlsCert and TlsKey cannot be used');
});
