import { access, constants, mkdir } from 'node:fs/promises';
import { errorCode } from '../../runtime/error-code.ts';
import { type DeviceConfig, kernelAddress } from '../config.ts';
import { openKernelEndpoint } from '../kernel/endpoint.ts';
import { createFrameDecoder, FrameError } from '../kernel/frame-message.ts';
import { followMessages } from '../kernel/message-stream.ts';
import { answerProblem, probeKernel } from '../kernel/probe.ts';
import { describeKernelProblem, type KernelProblem } from '../kernel/problem.ts';
import { createGatewayClient } from '../push/gateway-client.ts';
import { describePushProblem } from '../push/problem.ts';

/** What a check found: all well, something that works worse than it could, or something to mend. */
export interface Finding {
  readonly verdict: 'good' | 'warning' | 'bad';
  readonly text: string;
}

const LISTEN_MS = 3000;

const good = (text: string): Finding => ({ verdict: 'good', text });
const bad = (text: string): Finding => ({ verdict: 'bad', text });

/** Asks the kernel for its version, a frame and its log. */
export async function checkKernel(config: DeviceConfig, folder: string, now: number): Promise<Finding[]> {
  const { MihomoAPIAddr: address, Language: language } = config;
  const zh = language === 'zh';
  const endpoint = openKernelEndpoint(kernelAddress(config, folder));
  const problem = (each: KernelProblem): Finding => bad(describeKernelProblem(each, address, language));
  try {
    const signal = AbortSignal.timeout(LISTEN_MS);
    const probe = await probeKernel(endpoint, signal);
    if (probe.kind === 'problem') return [problem(probe.problem)];
    const findings = [
      good(zh ? `内核 ${address}，版本 ${probe.version}` : `kernel ${address}, version ${probe.version}`),
    ];

    const answer = await endpoint.get('/connections', signal);
    const failed = answerProblem(answer);
    if (failed !== undefined) return [...findings, problem(failed)];
    try {
      const frame = createFrameDecoder().decode(answer.kind === 'answer' ? answer.text : '', now);
      const count = frame.connections.length;
      findings.push(good(zh ? `可以记账：${count} 个连接` : `its frames can be accounted: ${count} connections`));
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      findings.push(problem({ kind: 'bad_frame', detail: error.message }));
    }
    findings.push(await checkLogs());
    return findings;
  } finally {
    await endpoint.close();
  }

  async function checkLogs(): Promise<Finding> {
    let heard = false;
    const stop = new AbortController();
    await followMessages({
      endpoint,
      path: '/logs?level=info',
      signal: AbortSignal.any([stop.signal, AbortSignal.timeout(LISTEN_MS)]),
      onOpen() {
        heard = true;
        stop.abort();
      },
      onMessage: () => {},
    });
    if (heard)
      return good(
        zh ? '能收到 /logs：最短的连接也能归属' : '/logs is heard: even the shortest connections have a name',
      );
    const text = zh
      ? '收不到 /logs（WebSocket）：总量仍精确，短连接按经验归属；请检查内核前的反向代理'
      : '/logs cannot be heard by WebSocket: totals stay exact, short connections are attributed by experience; look at any proxy in front of the kernel';
    return { verdict: 'warning', text };
  }
}

/** Asks the gateway for what it last accepted from this device, which needs address, token and DeviceID to be right. */
export async function checkGateway({ RemoteServer, RemoteToken, DeviceID, Language }: DeviceConfig): Promise<Finding> {
  const zh = Language === 'zh';
  const gateway = createGatewayClient();
  try {
    const readBack = await gateway.readBack({ origin: RemoteServer, token: RemoteToken, deviceId: DeviceID });
    if (readBack.kind === 'problem') return bad(describePushProblem(readBack.problem, RemoteServer, Language));
    if (readBack.kind === 'nothing') {
      return good(
        zh ? `网关 ${RemoteServer} 可用，尚无本机数据` : `gateway ${RemoteServer}: let in, nothing pushed yet`,
      );
    }
    return good(
      zh
        ? `网关 ${RemoteServer} 可用，已收到第 ${readBack.sequence} 次上报`
        : `gateway ${RemoteServer}: let in, has push ${readBack.sequence}`,
    );
  } finally {
    await gateway.close();
  }
}

/** Whether the state can be written. */
export async function checkStateFolder(folder: string, language: 'zh' | 'en'): Promise<Finding> {
  const zh = language === 'zh';
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.R_OK | constants.W_OK);
    return good(zh ? `状态目录 ${folder} 可写` : `state folder ${folder} can be written`);
  } catch (error) {
    const code = errorCode(error);
    return bad(
      zh
        ? `状态目录 ${folder} 不可写（${code}）：请修改 [client] StateDir 或其权限`
        : `state folder ${folder} cannot be written (${code}): mend [client] StateDir or its permissions`,
    );
  }
}
