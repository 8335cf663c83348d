import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { listenHttp } from '../runtime/http.ts';
import { createPrometheus } from '../runtime/prometheus.ts';
import { createSimulation } from '../simulator/simulation.ts';
import { renderIni } from '../stack/service-settings.ts';
import { freePort } from './real-parts.ts';

const BUNDLE = fileURLToPath(new URL('../dist/flowcollect.mjs', import.meta.url));

let folder: string;
let settings: string;
let alertmanagerPort: number;
let grafanaPort: number;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stack-'));
  settings = join(folder, 'ServerSetting.ini');
  alertmanagerPort = await freePort();
  grafanaPort = await freePort();
  await writeFile(
    settings,
    renderIni({
      server: {
        ListenPort: String(await freePort()),
        ServerToken: 'shared',
        GatewayMetricsListen: String(await freePort()),
        AuditorListen: String(await freePort()),
        PushgatewayAddr: `http://127.0.0.1:${await freePort()}`,
        PrometheusAddr: `http://127.0.0.1:${await freePort()}`,
      },
      stack: {
        AlertmanagerPort: String(alertmanagerPort),
        GrafanaPort: String(grafanaPort),
        DemoReportAfter: '15s',
      },
    }),
  );
  // The kernel named here does not answer: the demo runs.
  await writeFile(
    join(folder, 'ClientSetting.ini'),
    renderIni({
      client: {
        MihomoAPIAddr: `http://127.0.0.1:${await freePort()}`,
        MetricsListen: String(await freePort()),
        DeviceID: 'x',
      },
    }),
  );
});

interface Run {
  readonly process: ChildProcess;
  output(): string;
  readonly ended: Promise<number | null>;
}

/** A program in the place of Grafana that answers every request with the folder of its dashboards. */
async function installGrafana(): Promise<void> {
  const program = `#!${process.execPath}
require('node:http').createServer((_, response) => response.end(process.env.FLOWCOLLECT_DASHBOARDS))
  .listen(Number(process.env.GF_SERVER_HTTP_PORT), process.env.GF_SERVER_HTTP_ADDR);
`;
  await mkdir(join(folder, 'grafana', 'bin'), { recursive: true });
  await mkdir(join(folder, 'grafana', 'conf'));
  await writeFile(join(folder, 'grafana', 'conf', 'defaults.ini'), '');
  await writeFile(join(folder, 'grafana', 'bin', 'grafana'), program, { mode: 0o755 });
}

function startStack(...args: readonly string[]): Run {
  const child = spawn(process.execPath, [BUNDLE, 'stack', ...args], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PATH: `${join(folder, 'grafana', 'bin')}:${process.env.PATH}` },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
  return { process: child, output: () => output, ended: new Promise((resolve) => child.once('exit', resolve)) };
}

/** What still runs with this test's folder or ports on its command line. */
async function leftBehind(output: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)('ps', ['-eo', 'args']);
  const demo = /\.cache\/demo-\w+/.exec(output)?.[0] ?? folder;
  return stdout.split('\n').filter((line) => line.includes(demo) || line.includes(`:${alertmanagerPort}`));
}

describe('flowcollect stack', { timeout: 240_000 }, () => {
  it('brings everything up, mails the report of a demo, and leaves nothing behind', async () => {
    const stack = startStack('--exit-after-report');
    const code = await stack.ended;
    const output = stack.output();
    expect(code, output).toBe(0);
    for (const part of ['DEMO', 'Pushgateway', 'Prometheus', 'Alertmanager', 'gateway', 'auditor', 'exporter']) {
      expect(output).toContain(part);
    }
    expect(output).toMatch(/主题: \S.* · [\d.]+ \wiB · 流量日报 \d{2}-\d{2}\n/);
    expect(output).toMatch(/代理流量: [\d.]+ (KiB|MiB|GiB)/);
    const size = '([\\d.]+) GiB';
    const [, billed, low, high] =
      new RegExp(`扣除了 ${size}，您的设备按倍率应计 ${size.replace(/[()]/g, '')}（可能 ${size}–${size}）`).exec(
        output,
      ) ?? [];
    expect(output).toContain('账单吻合，没有发现泄露');
    expect((Number(high) - Number(low)) / Number(billed)).toBeLessThanOrEqual(0.1);
    expect(await leftBehind(output)).toEqual([]);
  });

  it('opens the archive of a demo with the password that it prints, with the report and its CSV in it, beside figures that agree with the bill', async () => {
    const stack = startStack();
    await vi.waitFor(() => expect(stack.output()).toMatch(/主题: .*流量日报/), { timeout: 90_000, interval: 200 });
    const [, address = '', password = ''] = /(http:\S+\/reports) .*密码 (\S+?)）/.exec(stack.output()) ?? [];
    const get = async (path: string): Promise<string> =>
      (await fetch(`${address}${path}`, { headers: { authorization: `Bearer ${password}` } })).text();
    const [, prometheus = ''] = /(http:\S+) {2}Prometheus\n/.exec(stack.output()) ?? [];
    const { instant } = createPrometheus({ addresses: () => [prometheus], fetch });
    const ask = async (query: string): Promise<number> => (await instant(query, Date.now()))[0]?.value ?? Number.NaN;
    // The device goes on from its past, whose bytes are all in the cycle: its bill is those by their multipliers.
    expect(await ask('sum(resets(flowcollect_traffic_bytes_total[2d]))')).toBe(0);
    await vi.waitFor(
      async () => {
        const ratio = await ask('sum(flowcollect_airport_used_bytes) / sum(flowcollect_cycle_bytes)');
        expect(ratio).toBeGreaterThan(1);
        expect(ratio).toBeLessThan(1.25);
      },
      { timeout: 90_000, interval: 1000 },
    );
    // The auditor has looked again since, and the household has gone on.
    const [, left = ''] = /剩余: ([\d.]+) GiB/.exec(stack.output()) ?? [];
    await vi.waitFor(
      async () => {
        const shown = (await ask('sum(flowcollect_airport_remaining_bytes)')) / 2 ** 30;
        expect(shown).toBeLessThanOrEqual(Number(left) + 0.005);
        expect(shown).toBeGreaterThan(Number(left) - 1);
      },
      { timeout: 90_000, interval: 1000 },
    );
    const list = await get('');
    const [, report = '', month = ''] = /\/reports(\/report-(\d{4}-\d{2})[\w-]*)"/.exec(list) ?? [];
    expect(await get(report)).toContain('demo.yaml');
    // The days before today may be of the month before.
    const months = [...list.matchAll(/\/reports(\?month=[\d-]+)"/g)].map((match) => match[1] ?? '');
    const lists = (await Promise.all(months.map(get))).join('');
    expect(lists.match(/模拟的一天 · 账单吻合/g)).toHaveLength(4);
    const oldest = [...lists.matchAll(/\/reports(\/report-[\w-]*)"/g)].map((match) => match[1] ?? '').at(-1) ?? '';
    expect(await get(oldest)).toContain('模拟的一天');
    expect(await get(`/month/${month}.csv`)).toMatch(/demo\.yaml,/);
    stack.process.kill('SIGINT');
    expect(await stack.ended, stack.output()).toBe(0);
  });

  it('accounts the kernel of the settings, and ends everything on Ctrl-C', async () => {
    const simulation = createSimulation(
      {
        controlPort: 0,
        speed: 1,
        paused: false,
        kernel: { port: 0, secret: 's', plays: { shape: 'mixed', seed: '1' } },
      },
      Date.now,
    );
    const { kernel } = await simulation.start();
    await writeFile(
      join(folder, 'ClientSetting.ini'),
      renderIni({
        client: {
          MihomoAPIAddr: kernel ?? '',
          MihomoSecret: 's',
          RemoteServer: 'https://vps.invalid/report',
          DeviceID: 'x',
          MetricsListen: String(await freePort()),
        },
      }),
    );
    const stack = startStack();
    await vi.waitFor(() => expect(stack.output()).toMatch(/代理 [\d.]+ \wi?B/), { timeout: 60_000, interval: 200 });
    stack.process.kill('SIGINT');
    expect(await stack.ended, stack.output()).toBe(0);
    expect(stack.output()).not.toContain('DEMO');
    expect(stack.output()).toContain(`使用 ClientSetting.ini 里的内核 ${kernel}`);
    expect(await leftBehind(stack.output())).toEqual([]);
    await simulation.stop();
  });

  it('goes by edited thresholds while it runs, and keeps what it had when an edit is bad', async () => {
    await installGrafana();
    const stack = startStack();
    await vi.waitFor(() => expect(stack.output()).toContain('按 Ctrl-C 停止'), { timeout: 60_000, interval: 200 });
    const text = await readFile(settings, 'utf8');
    const prometheus = /PrometheusAddr = (\S+)/.exec(text)?.[1];
    const quotaRule = async (): Promise<string | undefined> => {
      const rules = await (await fetch(`${prometheus}/api/v1/rules`)).text();
      return /quota_bytes\) \\u003e (0\.\d+)/.exec(rules)?.[1];
    };
    const untilApplied = (times: number): Promise<void> =>
      vi.waitFor(() => expect(stack.output().split('规则、告警路由和模板已更新')).toHaveLength(times + 1), {
        timeout: 20_000,
        interval: 100,
      });
    expect(await quotaRule()).toBe('0.8');
    await writeFile(settings, `${text}\n[alerts]\nQuotaWarning = 0.55\n`);
    await untilApplied(1);
    await vi.waitFor(async () => expect(await quotaRule()).toBe('0.55'), { timeout: 20_000, interval: 100 });
    const dashboards = await (await fetch(`http://127.0.0.1:${grafanaPort}/`)).text();
    expect(await readFile(join(dashboards, 'flowcollect-overview.json'), 'utf8')).toContain('"value": 0.55');

    await writeFile(settings, `${text}\n[alerts]\nQuotaWarning = much\n`);
    await vi.waitFor(() => expect(stack.output()).toContain('[alerts] QuotaWarning: 须为'), { timeout: 20_000 });
    expect(await quotaRule()).toBe('0.55');

    await writeFile(settings, `${text}\n[alerts]\nQuotaWarning = 0.7\n`);
    await untilApplied(2);
    await vi.waitFor(async () => expect(await quotaRule()).toBe('0.7'), { timeout: 20_000, interval: 100 });
    stack.process.kill('SIGINT');
    expect(await stack.ended, stack.output()).toBe(0);
  });

  it('names a taken port and the setting that moves it', async () => {
    const other = await listenHttp(() => {}, { host: '127.0.0.1', port: alertmanagerPort, setting: '' });
    const stack = startStack();
    expect(await stack.ended).toBe(1);
    expect(stack.output()).toContain(
      `127.0.0.1:${alertmanagerPort} 已被其他程序占用，请修改 ${settings} 中的 [stack] AlertmanagerPort`,
    );
    await other.close();
  });

  it('refuses settings that make no sense, all at once', async () => {
    await writeFile(settings, '[server]\nListenPort = here\nAuditorListen = there\n');
    const stack = startStack();
    expect(await stack.ended).toBe(2);
    expect(stack.output()).toMatch(/ServerSetting\.ini:2: \[server\] ListenPort.*:3: \[server\] AuditorListen/s);
  });
});
