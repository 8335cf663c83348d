import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { pushPath } from '../core/device-id.ts';
import { listenHttp } from '../runtime/http.ts';
import { createLogger } from '../runtime/logger.ts';
import { tokenFileOf } from '../runtime/settings-file.ts';
import { createPushgatewayDouble, type PushgatewayDouble } from '../test/pushgateway-double.ts';
import { addToken, revokeToken } from './access/token-store.ts';
import { runGatewayService } from './service.ts';

interface Line {
  readonly msg: string;
  readonly pushes?: string;
  readonly metrics?: string;
}

let double: PushgatewayDouble;
let path: string;
let lines: Line[];
let ending: AbortController;
let running: Promise<void>;
let asked: (() => void)[];
const logger = createLogger('test', 'info', { write: (line: string) => void lines.push(JSON.parse(line)) });

const settings = (more: string) =>
  `[server]\nListenPort = 127.0.0.1:0\nGatewayMetricsListen = 127.0.0.1:0\nPushgatewayAddr = ${double.origin}\n${more}`;
const origins = () =>
  lines.flatMap(({ msg, pushes }) => (msg === 'the gateway is open' && pushes !== undefined ? [pushes] : []));
const statusWith = async (token: string): Promise<number> => {
  const url = (origins().at(-1) ?? '') + pushPath('a');
  // A connection that was kept may be one that the gateway closes at this moment.
  return (await fetch(url, { headers: { authorization: `Bearer ${token}`, connection: 'close' } })).status;
};

beforeEach(async () => {
  double = await createPushgatewayDouble(Date.now);
  path = join(await mkdtemp(join(tmpdir(), 'flowcollect-gateway-')), 'ServerSetting.ini');
  lines = [];
  ending = new AbortController();
  await writeFile(path, settings('ServerToken = one'), { mode: 0o644 });
  asked = [];
  const onReload = (again: () => void) => {
    asked.push(again);
    return () => {};
  };
  running = runGatewayService({ path, signal: ending.signal, onReload, logger });
  // Both files are followed once it has warned of what is in them.
  await vi.waitFor(() => expect([origins(), asked].map(({ length }) => length)).toEqual([1, 2]), 5000);
});
afterEach(async () => {
  ending.abort();
  await running;
  await double.close();
});

it('follows an edit of the token at once, without closing anything', async () => {
  expect([await statusWith('one'), await statusWith('two-of-sixteen-characters')]).toEqual([404, 401]);
  await writeFile(path, settings('ServerToken = two-of-sixteen-characters'));
  await vi.waitFor(async () => expect(await statusWith('two-of-sixteen-characters')).toBe(404), 5000);
  expect(await statusWith('one')).toBe(401);
  expect(origins()).toHaveLength(1);
});

it('refuses a token once the command has revoked it, also while a bad line keeps the settings as they were', async () => {
  await writeFile(path, settings('ServerToken = one\n[device.a]\nToken = by-hand-in-the-settings'));
  await vi.waitFor(async () => expect(await statusWith('by-hand-in-the-settings')).toBe(404), 5000);
  await writeFile(
    path,
    settings('ServerToken = one\nLeakRatio = nonsense\n[device.a]\nToken = by-hand-in-the-settings'),
  );
  await vi.waitFor(() => expect(failed()).toHaveLength(1), 5000);
  // Made by the command while the settings are bad, and revoked again.
  const token = await addToken(path, { deviceId: 'a' }, undefined);
  await vi.waitFor(async () => expect(await statusWith(token)).toBe(404), 5000);
  expect(await statusWith('by-hand-in-the-settings')).toBe(401);
  await revokeToken(path, { deviceId: 'a' });
  await vi.waitFor(async () => expect(await statusWith(token)).toBe(401), 2000);
  expect([await statusWith('by-hand-in-the-settings'), await statusWith('one')]).toEqual([401, 404]);
});

it('refuses a token of the settings once the command has revoked it, also where a line of theirs is none at all', async () => {
  const byHand = 'ServerToken = one\n[device.a]\nToken = by-hand-in-the-settings';
  await writeFile(path, settings(byHand));
  await vi.waitFor(async () => expect(await statusWith('by-hand-in-the-settings')).toBe(404), 5000);
  await writeFile(path, settings(`${byHand}\nToken = twice\nno setting`));
  await vi.waitFor(() => expect(failed()).toHaveLength(1), 5000);
  await revokeToken(path, { deviceId: 'a' });
  await vi.waitFor(async () => expect(await statusWith('by-hand-in-the-settings')).toBe(401), 2000);
  await expect(revokeToken(join(dirname(path), 'none', 'ServerSetting.ini'), { deviceId: 'a' })).rejects.toThrow();
});

it('refuses nobody who pushed where the file of the commands is spoilt, and says so', async () => {
  const token = await addToken(path, { deviceId: 'a' }, undefined);
  await vi.waitFor(async () => expect(await statusWith(token)).toBe(404), 5000);
  await writeFile(tokenFileOf(path), 'spoilt');
  await vi.waitFor(() => expect(lines.map(({ msg }) => msg).join()).toContain('tokens kept as they were'), 5000);
  expect(await statusWith(token)).toBe(404);
  await expect(revokeToken(path, { deviceId: 'a' })).rejects.toThrow('tokens.ini:1');
});

it('warns at its start of settings that others may read', () => {
  expect(JSON.stringify(lines)).toContain('chmod 600');
});

it('goes on with a short token that was there before, warns of it, and takes no new one', async () => {
  expect(JSON.stringify(lines)).toContain('ServerToken: 不到 16 个字符');
  await writeFile(path, settings('ServerToken = one\n[device.a]\nToken = short'));
  await vi.waitFor(() => expect(failed()).toHaveLength(1), 5000);
  expect(JSON.stringify(failed()[0])).toContain('gateway token add --device ID');
  expect([await statusWith('one'), await statusWith('short')]).toEqual([404, 401]);
});

it('keeps the last good settings after a bad edit', async () => {
  await writeFile(path, settings('ServerToken ='));
  await vi.waitFor(() => expect(lines.map(({ msg }) => msg).join()).toContain('settings kept as they were'), 5000);
  expect(await statusWith('one')).toBe(404);
});

it('opens again where an edit moves it', async () => {
  await writeFile(path, settings('ServerToken = one\nDataDir = ./elsewhere'));
  await vi.waitFor(() => expect(origins()).toHaveLength(2), 5000);
  expect(await statusWith('one')).toBe(404);
});

it('moves what an edit moves, and leaves the rest open', async () => {
  const free = await listenHttp(() => {}, { host: '127.0.0.1', port: 0, setting: 'none' });
  await free.close();
  const before = lines.find(({ pushes }) => pushes !== undefined);
  await writeFile(
    path,
    settings('ServerToken = one').replace('MetricsListen = 127.0.0.1:0', `MetricsListen = ${free.origin.slice(7)}`),
  );
  await vi.waitFor(() => expect(origins()).toHaveLength(2), 5000);
  const after = lines.findLast(({ pushes }) => pushes !== undefined);
  expect([after?.pushes, after?.metrics]).toEqual([before?.pushes, free.origin]);
  expect((await fetch(`${free.origin}/healthz`)).status).toBe(200);
  await expect(fetch(`${before?.metrics}/healthz`)).rejects.toThrow();
});

const failed = () => lines.filter(({ msg }) => msg.startsWith('settings kept as they were'));
/** The address that is open: it must not be another one after the gateway went back. */
const fixedAddress = async (): Promise<string> => {
  const free = await listenHttp(() => {}, { host: '127.0.0.1', port: 0, setting: 'none' });
  await free.close();
  const origin = `127.0.0.1:${free.port}`;
  await writeFile(path, at(origin));
  await vi.waitFor(() => expect(origins().at(-1)).toBe(`http://${origin}`), 5000);
  return origin;
};
const at = (origin: string, more = 'ServerToken = one') =>
  settings(more).replace('ListenPort = 127.0.0.1:0', `ListenPort = ${origin}`);

async function gauge(name: string): Promise<number> {
  const origin = lines.findLast(({ metrics }) => metrics !== undefined)?.metrics;
  const page = await (await fetch(`${origin}/metrics`)).text();
  return Number(new RegExp(`^flowcollect_gateway_config_last_reload_${name} (\\S+)$`, 'm').exec(page)?.[1]);
}

it('goes back to what ran after two bad addresses in a row, and says which setting is wrong', async () => {
  const origin = await fixedAddress();
  for (const [index, bad] of [new URL(double.origin).host, '192.0.2.1:8686'].entries()) {
    // What is edited besides must not be half applied.
    await writeFile(path, at(bad, 'ServerToken = two-of-sixteen-characters'));
    await vi.waitFor(() => expect(failed()).toHaveLength(index + 1), 5000);
    expect(origins().at(-1)).toBe(`http://${origin}`);
    expect([await statusWith('one'), await statusWith('two-of-sixteen-characters')]).toEqual([404, 401]);
  }
  expect(JSON.stringify(failed()[0])).toContain('请修改 ServerSetting.ini 中的 [server] ListenPort');
});

it('tries again when the same text is saved, and tells by its metrics when it succeeded last', async () => {
  await fixedAddress();
  const taken = await listenHttp(() => {}, { host: '127.0.0.1', port: 0, setting: 'none' });
  const edited = at(`127.0.0.1:${taken.port}`);
  await vi.waitFor(async () => expect(await gauge('successful')).toBe(1));
  const before = await gauge('success_timestamp_seconds');
  await writeFile(path, edited);
  await vi.waitFor(() => expect(failed()).toHaveLength(1), 5000);
  expect([await gauge('successful'), await gauge('success_timestamp_seconds')]).toEqual([0, before]);
  await taken.close();
  await writeFile(path, edited);
  await vi.waitFor(() => expect(origins().at(-1)).toBe(taken.origin), 5000);
  await vi.waitFor(async () => expect(await gauge('successful')).toBe(1));
  expect(await gauge('success_timestamp_seconds')).toBeGreaterThan(before);
});

it('counts an edit of the tokens among those that succeeded, or did not', async () => {
  const before = await gauge('success_timestamp_seconds');
  const tokens = join(dirname(path), 'tokens', 'tokens.ini');
  await mkdir(dirname(tokens), { recursive: true });
  await writeFile(tokens, '[nonsense]\nkey\n');
  await vi.waitFor(async () => expect(await gauge('successful')).toBe(0), 5000);
  expect(await gauge('success_timestamp_seconds')).toBe(before);
  await writeFile(tokens, '');
  await vi.waitFor(async () => expect(await gauge('successful')).toBe(1), 5000);
  expect(await gauge('success_timestamp_seconds')).toBeGreaterThan(before);
});

it('opens again by the settings that ran, where not even those could be used for a while', async () => {
  const origin = await fixedAddress();
  // What ran cannot be used either: its folder is not one any more.
  const data = join(dirname(path), 'data');
  await rename(data, `${data}.away`);
  await writeFile(data, '');
  const taken = join(dirname(path), 'taken');
  await writeFile(taken, '');
  await writeFile(path, at(origin, 'ServerToken = one\nDataDir = ./taken'));
  await vi.waitFor(() => expect(failed()).toHaveLength(1), 5000);
  await expect(fetch(`http://${origin}`)).rejects.toThrow();
  await rm(data);
  await rename(`${data}.away`, data);
  await writeFile(path, at(origin));
  const before = origins().length;
  await vi.waitFor(() => expect(origins().length).toBeGreaterThan(before), 5000);
  expect(await statusWith('one')).toBe(404);
});

it('reads settings and tokens again when it is asked to', async () => {
  for (const again of asked) again();
  const reloaded = () => lines.map(({ msg }) => msg).filter((msg) => msg?.endsWith(' reloaded'));
  await vi.waitFor(() => expect(reloaded().sort()).toEqual(['settings reloaded', 'tokens reloaded']), 5000);
});
