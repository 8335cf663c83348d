import * as z from 'zod/mini';
import { type Finding, good, warning } from '../../runtime/findings.ts';
import type { DeviceConfig } from '../config.ts';
import { chooseInterfaces } from '../device/interfaces.ts';
import type { Host, Interfaces } from '../host/host.ts';
import { isOnThisMachine, type KernelApi, kernelAddressOf, openKernelApi } from '../kernel/api.ts';
import { createFrameDecoder } from '../kernel/decoder/frame-decoder.ts';
import { decodeTotals, FrameError } from '../kernel/decoder/messages.ts';
import { describeKernelProblem, type KernelProblem } from '../kernel/problem.ts';
import { follow } from '../kernel/streams.ts';

const LISTEN_MS = 3000;

const Configs = z.object({
  'log-level': z.optional(z.string()),
  'find-process-mode': z.optional(z.string()),
  tun: z.optional(z.object({ enable: z.boolean(), device: z.optional(z.string()) })),
});

/**
 * Asks the kernel for its version, a frame, its configuration, its log and its totals.
 *
 * @param folder of the settings file
 */
export async function checkKernel(host: Host, config: DeviceConfig, folder: string): Promise<Finding[]> {
  const { MihomoAPIAddr: address } = config;
  const api = openKernelApi(host.network, kernelAddressOf(host.files, config, folder));
  const problem = (each: KernelProblem): Finding => ({
    verdict: 'bad',
    text: describeKernelProblem(each, address),
  });
  try {
    const signal = AbortSignal.timeout(LISTEN_MS);
    const version = await api.version(signal);
    if (version.kind === 'problem') return [problem(version.problem)];
    const findings = [
      good({ zh: `内核 ${address}，版本 ${version.value}`, en: `kernel ${address}, version ${version.value}` }),
    ];

    const answer = await api.get('/connections', signal);
    if (answer.kind === 'problem') return [...findings, problem(answer.problem)];
    try {
      const frame = createFrameDecoder().decode(answer.value, host.clock.now());
      const count = frame.connections.length;
      findings.push(good({ zh: `可以记账：${count} 个连接`, en: `its frames can be accounted: ${count} connections` }));
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      findings.push(problem({ kind: 'bad_frame', detail: error.message }));
    }
    const [logs, totals, configs] = await Promise.all([
      checkLogs(api),
      checkTotals(api, LISTEN_MS),
      checkConfigs(api, host.interfaces),
    ]);
    return [...findings, logs, totals, ...configs];
  } finally {
    await api.close();
  }
}

async function checkLogs(api: KernelApi): Promise<Finding> {
  let opened = false;
  const stop = new AbortController();
  await follow({
    api,
    path: '/logs?level=info',
    signal: AbortSignal.any([stop.signal, AbortSignal.timeout(LISTEN_MS)]),
    onOpen() {
      opened = true;
      stop.abort();
    },
    onMessage: () => {},
  });
  if (opened) {
    return good({
      zh: '能收到 /logs：最短的连接也能归属',
      en: '/logs is read: even the shortest connections have a name',
    });
  }
  return warning({
    zh: '收不到 /logs（WebSocket）：总量仍精确，短连接按经验归属；请检查内核前的反向代理',
    en: '/logs cannot be read by WebSocket: totals stay exact, short connections are attributed by experience; look at any proxy in front of the kernel',
  });
}

/** What the kernel is set to, as far as it decides what can be told apart. */
async function checkConfigs(api: KernelApi, interfaces: Interfaces | undefined): Promise<Finding[]> {
  const answer = await api.json('/configs', AbortSignal.timeout(LISTEN_MS));
  const parsed = Configs.safeParse(answer.kind === 'answer' ? answer.value : undefined);
  if (!parsed.success) {
    return [
      warning({
        zh: '内核不说明自己的配置（/configs）：日志级别与 TUN 未知',
        en: 'the kernel does not tell its configuration (/configs): log level and TUN are not known',
      }),
    ];
  }
  const { 'log-level': level, 'find-process-mode': processes, tun } = parsed.data;
  const findings: Finding[] = [];
  if (level !== undefined) {
    findings.push(
      good({ zh: `内核日志级别 ${level}（任何级别都可以）`, en: `the kernel's log level is ${level} (any will do)` }),
    );
  }
  if (processes === 'off') {
    findings.push(
      warning({
        zh: '内核不查找进程（find-process-mode: off）：看不到是哪个程序；需要时改为 strict',
        en: 'the kernel does not look for processes (find-process-mode: off): which program it was is not known; set strict to know',
      }),
    );
  }
  if (tun?.enable === true) {
    findings.push(await checkTun(tun.device ?? '', api.address, interfaces));
  } else {
    findings.push(
      warning({
        zh: 'TUN 未开启：不走系统代理的程序绕过内核，它们的流量不计；需要时在内核里开启 tun',
        en: 'TUN is off: programs that ignore the system proxy bypass the kernel and are not counted; turn tun on in the kernel to catch them',
      }),
    );
  }
  return findings;
}

/** Whether the TUN device, whose counters are the second witness, can be seen from here. */
async function checkTun(device: string, address: string, interfaces: Interfaces | undefined): Promise<Finding> {
  const name = device === '' ? '' : ` ${device}`;
  if (interfaces === undefined || !isOnThisMachine(address))
    return good({ zh: `TUN 已开启${name}`, en: `TUN is on${name}` });
  const system = await interfaces.read().catch(() => undefined);
  const chosen = system === undefined ? [] : chooseInterfaces(system, { enabled: true, device });
  const found = chosen.find(({ role }) => role === 'tun');
  if (found !== undefined) {
    return good({
      zh: `TUN 已开启，网卡 ${found.name} 的计数可读`,
      en: `TUN is on, and the counters of ${found.name} can be read`,
    });
  }
  return warning({
    zh: `TUN 已开启${name}，但本机看不到这块网卡：少一个旁证，计数不受影响；若在容器里运行，请使用主机网络`,
    en: `TUN is on${name}, but its device is not seen here: counts are right but lack their second witness; in a container, use the host's network`,
  });
}

/**
 * Whether the kernel tells its totals between frames, which it does each second.
 *
 * @param patience milliseconds
 */
async function checkTotals(api: KernelApi, patience: number): Promise<Finding> {
  let told: 'nothing' | 'rates' | 'totals' = 'nothing';
  const stop = new AbortController();
  await follow({
    api,
    path: '/traffic',
    signal: AbortSignal.any([stop.signal, AbortSignal.timeout(patience)]),
    onMessage(message) {
      told = tells(message);
      stop.abort();
    },
  });
  return finding(told);
}

function tells(message: Uint8Array): 'nothing' | 'rates' | 'totals' {
  try {
    return decodeTotals(message) === undefined ? 'rates' : 'totals';
  } catch (error) {
    if (!(error instanceof FrameError)) throw error;
    return 'nothing';
  }
}

function finding(told: 'nothing' | 'rates' | 'totals'): Finding {
  switch (told) {
    case 'totals':
      return good({
        zh: '/traffic 每秒通报总量：内核重启漏不掉一秒的流量',
        en: '/traffic tells its totals: a restart of the kernel hides less than a second',
      });
    case 'rates':
      return warning({
        zh: '内核太旧，/traffic 里没有总量：它重启时会漏掉最后一帧之后的流量；请升级到 2025 年 12 月以后的内核',
        en: 'the kernel is too old to tell its totals in /traffic: a restart of it hides what moved after the last frame; update it to one of December 2025 or later',
      });
    case 'nothing':
      return warning({
        zh: '收不到 /traffic（WebSocket）：内核重启时会漏掉最后一帧之后的流量；请检查内核前的反向代理',
        en: '/traffic cannot be read by WebSocket: a restart of the kernel hides what moved after the last frame; look at any proxy in front of the kernel',
      });
  }
}
