import { chmod, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { errorText, type Language } from '../../core/language.ts';
import { createPagesListener } from '../../runtime/http.ts';
import { createTelegram, type TelegramSimulator } from '../../simulator/telegram.ts';
import { type Mailbox, startMailbox } from '../../test/mailbox.ts';
import { freePort } from '../../test/real-parts.ts';
import { readAuditorConfig } from '../config.ts';
import { serverDoctorCommand } from './command.ts';

const TOKEN = '123456:hunter2';

let folder: string;
let mailbox: Mailbox;
let telegram: TelegramSimulator;
let servers: Server[];
let printed: string;
let date: Date;
let targets: readonly { job: string; value: number }[];
/** How far Prometheus is behind, in milliseconds. */
let behind: number;

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const sample = (metric: object, value: number) => ({ metric, value: [1, String(value)] });

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flowcollect-doctor-'));
  mailbox = await startMailbox();
  telegram = createTelegram({ port: 0, token: TOKEN, clock: Date.now });
  await telegram.start();
  [servers, printed, date, targets] = [[], '', new Date(), [{ job: 'pushgateway', value: 1 }]];
  behind = 0;
});
afterEach(async () => {
  for (const server of servers) await new Promise((resolve) => server.close(resolve));
  await telegram.stop();
  await mailbox.close();
});

/** A VPS on which all is well: what its settings lead to, on loopback. */
async function vps() {
  const airport = await serve((_, response) => {
    response.setHeader('date', date.toUTCString());
    response.setHeader('subscription-userinfo', 'upload=0; download=1073741824; total=10737418240').end();
  });
  const prometheus = await serve(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const query = new URLSearchParams(body).get('query') ?? '';
    const newest = (Date.now() - behind) / 1000;
    if (query.endsWith(']')) {
      const result = [{ metric: { job: 'pushgateway' }, values: [[newest, '1']] }];
      response.end(JSON.stringify({ status: 'success', data: { resultType: 'matrix', result } }));
      return;
    }
    const isSilent = query.startsWith('up == 0');
    const isTime = query.startsWith('timestamp(');
    const result = isSilent
      ? targets
          .filter(({ value }) => value === 0)
          .map(({ job, value }) => sample({ job, instance: 'pushgateway:9091' }, value))
      : [sample({}, isTime ? newest : 3)];
    response.end(JSON.stringify({ status: 'success', data: { resultType: 'vector', result } }));
  });
  const ports = await Promise.all([1, 2, 3].map(() => freePort()));
  return {
    server: {
      ListenPort: `127.0.0.1:${ports[0]}`,
      GatewayMetricsListen: `127.0.0.1:${ports[1]}`,
      AuditorListen: `127.0.0.1:${ports[2]}`,
      SubUrls: `["a.yaml"]="http://${airport}/sub?token=hunter2"`,
      PrometheusAddr: `http://${prometheus}`,
      PushgatewayAddr: `http://${await serve((request, response) => response.writeHead(request.url === '/-/ready' ? 200 : 404).end())}`,
    } as Record<string, string>,
    smtp: {
      SMTPHost: '127.0.0.1',
      SMTPPort: String(mailbox.port),
      EmailUser: 'me@qq.com',
      EmailPass: 'hunter2',
      EmailTo: 'me@qq.com',
    } as Record<string, string>,
    telegram: { BotToken: TOKEN, ApiRoot: telegram.origin() } as Record<string, string>,
  };
}

async function doctor(settings: Awaited<ReturnType<typeof vps>>, language: Language, ...args: string[]) {
  const text = Object.entries(settings).map(
    ([section, keys]) =>
      `[${section}]\n${Object.entries(keys)
        .map(([key, value]) => `${key} = ${value}\n`)
        .join('')}`,
  );
  const path = join(folder, 'ServerSetting.ini');
  await writeFile(path, text.join(''), { mode: 0o600 });
  const places = { settings: folder, units: join(folder, 'units'), data: join(folder, 'var') };
  const command = serverDoctorCommand((line) => (printed += line), language, readAuditorConfig, places);
  try {
    await command.exitOverride().parseAsync(['--config', path, ...args], { from: 'user' });
    return 'healthy';
  } catch (error) {
    return errorText(error, language);
  }
}

const shown = (sign: string) => printed.split('\n').filter((line) => line.startsWith(sign));

describe('doctor of a VPS', () => {
  it('finds all well, sends no mail and shows no secret', async () => {
    const settings = await vps();
    expect(await doctor(settings, 'en')).toBe('healthy');
    const { ListenPort, GatewayMetricsListen, AuditorListen, PrometheusAddr, PushgatewayAddr } = settings.server;
    expect(
      printed
        .replace(/[\d.]+ [GT]iB left/, 'much left')
        .trimEnd()
        .split('\n'),
    ).toEqual([
      '✓ settings ServerSetting.ini, airports: a.yaml',
      `✓ port ${ListenPort} is free, and the gateway does not run`,
      `✓ port ${GatewayMetricsListen} is free, and the gateway does not run`,
      `✓ port ${AuditorListen} is free, and the auditor does not run`,
      `✓ data folder ${join(folder, 'data')} can be written, much left`,
      `✓ Prometheus ${PrometheusAddr}, devices: 3`,
      `✓ Pushgateway ${PushgatewayAddr} is ready`,
      '✓ airport a.yaml: 1.00 GiB used of 10.00 GiB',
      expect.stringMatching(/^✓ the clock agrees with that of 127\.0\.0\.1:\d+$/),
      `✓ mail: me@qq.com was signed in at 127.0.0.1:${mailbox.port}`,
      expect.stringMatching(/^✓ Telegram bot @\w+$/),
    ]);
    expect(mailbox.mails).toEqual([]);
    expect(printed).not.toContain('hunter2');
  });

  it('tells in Chinese what is wrong with each neighbour and how to fix it, without a secret', async () => {
    const settings = await vps();
    const closed = `http://127.0.0.1:${await freePort()}`;
    Object.assign(settings.server, { PushgatewayAddr: closed, SubUrls: `["a.yaml"]="${closed}/sub?token=hunter2"` });
    settings.telegram.BotToken = '9:hunter2';
    settings.smtp.EmailPass = 'hunter2 wrong';
    mailbox.refuse({ code: 535, message: 'Login fail hunter2 wrong' });
    targets = [{ job: 'pushgateway', value: 0 }];
    await writeFile(join(folder, 'data'), '');
    expect(await doctor(settings, 'zh')).toMatch(/^\d 处需要修复$/);
    expect(shown('✗')).toEqual([
      expect.stringContaining('请修改 [server] DataDir 或其权限'),
      expect.stringContaining('Prometheus 读不到 pushgateway（pushgateway:9091）'),
      expect.stringContaining('没有应答（无人监听，ECONNREFUSED）：请启动它，或修改 [server] PushgatewayAddr'),
      '✗ 机场 a.yaml：机场拒绝连接',
      expect.stringContaining('拒绝登录；EmailPass 要填'),
      expect.stringContaining('BotToken 改成 @BotFather 给出的'),
    ]);
    expect(printed).not.toContain('hunter2');
  });

  it('asks every store that the auditor would ask, and says once what none of them reads', async () => {
    const settings = await vps();
    const other = await vps();
    const closed = `http://127.0.0.1:${await freePort()}`;
    settings.server.PrometheusFallbacks = `${other.server.PrometheusAddr}, ${closed}`;
    targets = [{ job: 'pushgateway', value: 0 }];
    expect(await doctor(settings, 'en')).toBe('2 to fix');
    expect(shown('✓')).toContain(`✓ Prometheus ${settings.server.PrometheusAddr}, devices: 3`);
    expect(shown('✓')).toContain(`✓ Prometheus ${other.server.PrometheusAddr}, devices: 3`);
    expect(shown('✗')).toEqual([
      expect.stringContaining('Prometheus cannot read pushgateway (pushgateway:9091)'),
      expect.stringContaining(new URL(closed).host),
    ]);
  });

  it('says of a store how far it is behind', async () => {
    const settings = await vps();
    behind = 90 * 60_000;
    expect(await doctor(settings, 'en')).toBe('1 to fix');
    expect(shown('✗')).toEqual([
      `✗ Prometheus ${settings.server.PrometheusAddr} has nothing of the last 90 min yet, and until then what devices used is unknown: look at its scrapes and remote_write`,
    ]);
    [behind, printed] = [4 * 60_000, ''];
    expect(await doctor(settings, 'en')).toBe('healthy');
  });

  it('tells a port that is its own service’s from one that another program has', async () => {
    const settings = await vps();
    const page = { version: '1', metrics: async () => '', health: () => ({ status: 'ok' as const }) };
    settings.server.AuditorListen = await serve(createPagesListener({ ...page, service: 'auditor' }));
    settings.server.GatewayMetricsListen = await serve(createPagesListener({ ...page, service: 'auditor' }));
    settings.server.ListenPort = await serve((_, response) =>
      response.writeHead(401).end('{"error":"unauthorized","message":"no"}'),
    );
    expect(await doctor(settings, 'en')).toBe('1 to fix');
    expect(shown('✓')).toContain(`✓ port ${settings.server.AuditorListen}: the auditor runs`);
    expect(shown('✓')).toContain(`✓ port ${settings.server.ListenPort}: the gateway runs`);
    expect(shown('✗')).toEqual([
      `✗ ${settings.server.GatewayMetricsListen} is taken by another program; change [server] GatewayMetricsListen in ServerSetting.ini`,
    ]);
  });

  it('does not wait for what takes connections and says nothing', async () => {
    const settings = await vps();
    const silent = createTcpServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    settings.server.AuditorListen = `127.0.0.1:${(silent.address() as AddressInfo).port}`;
    expect(await doctor(settings, 'en')).toBe('1 to fix');
    silent.close();
  });

  it('misses the services where they are installed and do not run', async () => {
    await mkdir(join(folder, 'units'));
    const unit = `[Service]\nLoadCredential=settings:${join(folder, 'ServerSetting.ini')}\n`;
    for (const service of ['gateway', 'auditor']) {
      await writeFile(join(folder, 'units', `flowcollect-${service}.service`), unit);
    }
    expect(await doctor(await vps(), 'en')).toBe('3 to fix');
    expect(shown('✗').join('\n')).toContain('see systemctl status flowcollect-auditor');
    expect(shown('✓').join('\n')).toContain(`data folder ${join(folder, 'var', 'flowcollect-gateway', 'data')}`);
  });

  it('tells a clock that is off, settings that others may read, and programs the same as JSON', async () => {
    date = new Date(Date.now() + 600_000);
    const settings = await vps();
    expect(await doctor(settings, 'en', '--json')).toBe('1 to fix');
    const found = JSON.parse(printed) as { verdict: string; text: string }[];
    expect(found.filter(({ verdict }) => verdict === 'bad').map(({ text }) => text)).toEqual([
      expect.stringMatching(/^this clock is \d+ s behind that of .*turn on time synchronisation \(NTP\)$/),
    ]);
    [printed, date] = ['', new Date()];
    await chmod(join(folder, 'ServerSetting.ini'), 0o644);
    await doctor(settings, 'en');
    expect(shown('!').join()).toContain('chmod 600');
  });

  it('says that no report is mailed, and nothing of a bot, where neither is set', async () => {
    expect(await doctor({ ...(await vps()), smtp: {}, telegram: {} }, 'en')).toBe('healthy');
    expect(shown('!').at(-1)).toBe('! EmailUser and EmailTo of [smtp] are not set: no report is mailed');
    expect(printed).not.toContain('Telegram');
  });
});
