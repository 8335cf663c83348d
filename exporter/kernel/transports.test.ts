import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../runtime/async.ts';
import { createLogger } from '../../runtime/logger.ts';
import {
  connectionsMessage,
  type ScriptedKernel,
  type ScriptedKernelPlace,
  startScriptedKernel,
} from '../../test/scripted-kernel.ts';
import { nodeNetwork } from '../host/node-network.ts';
import { type KernelAddress, openKernelApi } from './api.ts';
import { createKernelClient } from './client.ts';
import { describeKernelProblem } from './problem.ts';
import { follow } from './streams.ts';

const certificate = (name: string): string =>
  fileURLToPath(new URL(`../../test/certificates/${name}`, import.meta.url));
/** Of kernel.crt, as `openssl x509 -fingerprint -sha256` prints it. */
const FINGERPRINT = '8C:47:97:61:3B:CB:1B:B3:D2:5B:CE:9A:DF:46:98:01:02:80:C1:BC:51:9C:35:85:35:16:4F:EC:00:5E:22:70';

let tls: { key: string; cert: string };
let kernel: ScriptedKernel;

beforeAll(async () => {
  tls = {
    key: await readFile(certificate('kernel.key'), 'utf8'),
    cert: await readFile(certificate('kernel.crt'), 'utf8'),
  };
});
afterEach(() => kernel.kill());

async function start(place: ScriptedKernelPlace): Promise<void> {
  kernel = await startScriptedKernel(place);
  kernel.secret = 'a/b secret';
}

const socketIn = async (): Promise<string> => join(await mkdtemp(join(tmpdir(), 'flowcollect-')), 'mihomo.sock');
const at = (trust: Partial<KernelAddress>): KernelAddress => ({
  address: kernel.address,
  secret: kernel.secret,
  ...trust,
});

/** Watches the kernel until a second frame came by WebSocket, and an opening. */
async function watch(address: KernelAddress): Promise<{ totals: number[]; openings: string[] }> {
  const totals: number[] = [];
  const openings: string[] = [];
  let via = '';
  const client = createKernelClient({
    network: nodeNetwork,
    ...address,
    pollInterval: 100,
    clock: systemClock,
    logger: createLogger('test', 'silent'),
    language: () => 'en',
    chance: () => 0,
    onFrame: ({ download }) => totals.push(download),
    onVersion: () => {},
    onLife: () => {},
    onTotals: () => {},
    onConnectionOpened: ({ host }) => openings.push(host),
    onChecks: () => {},
    onLogs: () => {},
    onLink: (link) => {
      if (link.kind === 'up') via = link.via;
    },
  });
  client.start();
  try {
    await vi.waitFor(() => expect([totals.length, kernel.open('/logs')]).toEqual([1, 1]), { timeout: 5000 });
    kernel.send('/connections', connectionsMessage(0, 70));
    const payload = '[TCP] 127.0.0.1:1 --> example.com:443 match Match using 香港';
    kernel.send('/logs', JSON.stringify({ type: 'info', payload }));
    await vi.waitFor(() => expect([totals.length, openings.length, via]).toEqual([2, 1, 'websocket']));
  } finally {
    await client.stop();
  }
  return { totals: totals.slice(0, 2), openings };
}

async function problem(address: KernelAddress): Promise<string> {
  const api = openKernelApi(nodeNetwork, address);
  const version = await api.version(AbortSignal.timeout(5000));
  await api.close();
  return version.kind === 'problem' ? describeKernelProblem(version.problem, address.address).en : version.value;
}

const ALL = { totals: [0, 70], openings: ['example.com'] };

describe('a kernel is watched, opened connections and last frame included,', () => {
  it('over a unix socket', async () => {
    await start({ socketPath: await socketIn() });
    expect(await watch(at({}))).toEqual(ALL);
    expect(kernel.asked).toContain('GET /version');
  });

  it('over TLS with its own certificate authority', async () => {
    await start({ tls });
    expect(await watch(at({ ca: certificate('kernel.crt') }))).toEqual(ALL);
  });

  it('over TLS with a pinned certificate, whatever name it is for', async () => {
    await start({ tls });
    expect(await watch(at({ fingerprint: FINGERPRINT }))).toEqual(ALL);
  });

  it('below the path that a proxy has it under', async () => {
    await start({});
    kernel.answers.set('/nas/version', { version: 'v1.19.29' });
    expect(await problem(at({ address: `${kernel.address}/nas` }))).toBe('v1.19.29');
    const api = openKernelApi(nodeNetwork, at({ address: `${kernel.address}/nas` }));
    await follow({ api, path: '/logs', signal: AbortSignal.timeout(300), onMessage: () => {} });
    await api.close();
    expect(kernel.asked).toEqual(['GET /nas/version', 'WS /nas/logs']);
  });

  it('with the secret in the query where a proxy drops the header of an upgrade', async () => {
    await start({});
    kernel.tokenOnly = true;
    expect(await watch(at({}))).toEqual(ALL);
    expect(kernel.asked).toContain('WS /connections?interval=100&token=a%2Fb%20secret');
  });
});

describe('a kernel that asks for a client certificate (tls.client-auth-type)', () => {
  const ca = certificate('kernel.crt');
  const client = { cert: certificate('kernel.crt'), key: certificate('kernel.key') };

  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'is shown that of MihomoCert and MihomoKey, and told without one, over %s',
    async (maxVersion) => {
      await start({ tls: { ...tls, ca: tls.cert, requestCert: true, rejectUnauthorized: true, maxVersion } });
      expect(await watch(at({ ca, ...client }))).toEqual(ALL);
      expect(await problem(at({ ca }))).toContain('wants a client certificate');
      expect(await problem(at({ ca }))).toContain('so set MihomoCert and MihomoKey');
    },
  );

  it('is sent nothing where the files are missing or hold no certificate', async () => {
    await start({ tls });
    expect(await problem(at({ ca, ...client, key: '/nowhere/client.key' }))).toContain(
      'MihomoCert or MihomoKey /nowhere/client.key cannot be used (ENOENT)',
    );
    expect(await problem(at({ ca, ...client, cert: client.key }))).toContain('cannot be used (no PEM)');
    expect(kernel.asked).toEqual([]);
  });
});

describe('a kernel over TLS is sent nothing', () => {
  it('when nothing vouches for its certificate, and the certificate is named', async () => {
    await start({ tls });
    const words = await problem(at({}));
    expect(words).toContain('is not trusted (DEPTH_ZERO_SELF_SIGNED_CERT): set MihomoCA');
    expect(words).toContain(`MihomoFingerprint = ${FINGERPRINT}`);
    expect(kernel.asked).toEqual([]);
  });

  it('when another authority vouches', async () => {
    await start({ tls });
    expect(await problem(at({ ca: certificate('other.crt') }))).toContain('is not trusted');
    expect(await problem(at({ ca: certificate('other.crt'), fingerprint: FINGERPRINT }))).toContain('is not trusted');
    expect(kernel.asked).toEqual([]);
  });

  it('when it shows another certificate than the pinned one', async () => {
    await start({ tls });
    const fingerprint = FINGERPRINT.replace('8C', '8D');
    expect(await problem(at({ fingerprint }))).toContain('shows another certificate than MihomoFingerprint');
    expect(await problem(at({ fingerprint, ca: certificate('kernel.crt') }))).toContain('another certificate');
    const api = openKernelApi(nodeNetwork, at({ fingerprint }));
    const signal = AbortSignal.timeout(5000);
    const end = await follow({ api, path: '/logs', signal, onMessage: () => {} });
    await api.close();
    expect(end).toBe('refused');
    expect(kernel.asked).toEqual([]);
  });

  it('when the authority’s file is missing or no certificate', async () => {
    await start({ tls });
    expect(await problem(at({ ca: '/nowhere/ca.pem' }))).toContain('MihomoCA /nowhere/ca.pem cannot be used (ENOENT)');
    const path = await socketIn();
    await writeFile(path, 'no certificate');
    expect(await problem(at({ ca: path }))).toContain('cannot be used (no PEM)');
    expect(kernel.asked).toEqual([]);
  });
});

describe('what is wrong is told', () => {
  it('of a socket that is not there', async () => {
    await start({});
    expect(await problem(at({ address: 'unix:///nowhere/mihomo.sock' }))).toContain(
      'nothing listens at unix:///nowhere/mihomo.sock',
    );
  });

  it('of a named pipe that is not there', async () => {
    await start({});
    expect(await problem(at({ address: '\\\\.\\pipe\\flowcollect-none' }))).toContain('nothing listens at \\\\.\\pipe');
  });

  it('of https:// to a kernel without TLS', async () => {
    await start({});
    const address = kernel.address.replace('http:', 'https:');
    expect(await problem(at({ address }))).toContain('does not speak TLS, so perhaps http:// is meant');
  });
});
