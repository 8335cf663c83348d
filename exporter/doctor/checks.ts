import { reachableAt } from '../../core/addresses.ts';
import type { Text } from '../../core/language.ts';
import { isExample, isShortToken, TOKEN_LENGTH } from '../../core/server-settings.ts';
import { shellWord } from '../../core/shell-word.ts';
import { TEXTS as CORE_TEXTS } from '../../core/texts.ts';
import type { Clock } from '../../runtime/async.ts';
import { errorCode } from '../../runtime/error-code.ts';
import { bad, clockFinding, type Finding, good, warning } from '../../runtime/findings.ts';
import { ListenError } from '../../runtime/listen.ts';
import type { InstalledService } from '../../runtime/system-service.ts';
import { TEXTS as COMMON } from '../../runtime/texts.ts';
import type { DeviceConfig, ExporterConfig } from '../config.ts';
import { appendsState, type StateSettings } from '../device/state-store.ts';
import type { Files, Host } from '../host/host.ts';
import type { Network } from '../host/network.ts';
import { createGatewayClient } from '../push/gateway-client.ts';
import { describePushProblem } from '../push/problem.ts';

/** Whether other users of the machine may read the settings file, which holds tokens. @returns undefined when not */
export async function checkSettingsMode(files: Files, path: string): Promise<Finding | undefined> {
  return (await files.isOpenToOthers(path)) ? warning(CORE_TEXTS.openToOthers(path)) : undefined;
}

/**
 * Whether the state can be written to a folder.
 *
 * @param key the setting that names it
 * @param service the one that writes there, as a user of its own
 */
export async function checkStateFolder(
  files: Files,
  folder: string,
  key: 'StateDir' | 'StateSync',
  service?: InstalledService,
): Promise<Finding> {
  try {
    await files.tryFolder(folder);
    return good({ zh: `状态目录 ${folder} 可写`, en: `state folder ${folder} can be written` });
  } catch (error) {
    const code = errorCode(error);
    if (service !== undefined && code === 'EACCES') {
      return warning({
        zh: `状态目录 ${folder} 属于系统服务，没有查看：请用 sudo 运行这个命令`,
        en: `the state folder ${folder} belongs to the system's service and was not looked at: run this command with sudo`,
      });
    }
    return bad({
      zh: `状态目录 ${folder} 不可写（${code}）：请修改 [client] ${key} 或其权限`,
      en: `state folder ${folder} cannot be written (${code}): fix [client] ${key} or its permissions`,
    });
  }
}

/** What a power cut loses that ends the kernel too. */
export async function checkStateAppend(files: Files, folder: string, settings: StateSettings): Promise<Finding> {
  if (await appendsState(files, folder, settings)) {
    return good({ zh: '断电至多丢两秒走的流量', en: 'a power cut loses what moved in two seconds at most' });
  }
  const seconds = Math.round(settings.PushInterval / 1000);
  return good({
    zh: `StateAppend 未开启：断电时内核一起结束的话，丢的是上次推送以来走的流量（约 ${seconds} 秒，推送失败时更久）`,
    en: `StateAppend is off: a power cut that ends the kernel too loses what moved since the last push (about ${seconds} s, more while pushing fails)`,
  });
}

/** Asks the gateway for what it last accepted from this device, which needs address, token and DeviceID to be right. */
export async function checkGateway(network: Network, config: DeviceConfig): Promise<Finding> {
  const { RemoteServer, RemoteToken, DeviceID } = config;
  const gateway = createGatewayClient(network);
  try {
    const readBack = await gateway.readBack({ origin: RemoteServer, token: RemoteToken, deviceId: DeviceID });
    switch (readBack.kind) {
      case 'problem':
        return { verdict: 'bad', text: describePushProblem(readBack.problem, config) };
      case 'nothing':
        return good({
          zh: `网关 ${RemoteServer} 可用，尚无本机数据`,
          en: `gateway ${RemoteServer}: admitted, nothing pushed yet`,
        });
      case 'found':
        return good({
          zh: `网关 ${RemoteServer} 可用，已收到第 ${readBack.sequence} 次推送`,
          en: `gateway ${RemoteServer}: admitted, has push ${readBack.sequence}`,
        });
    }
  } finally {
    await gateway.close();
  }
}

/** Whether the exporter serves its own pages where the settings say, or could. */
export async function checkPages(
  { network, servePages }: Pick<Host, 'network' | 'servePages'>,
  address: ExporterConfig['MetricsListen'],
): Promise<Finding> {
  const place = `${address.host}:${address.port}`;
  const client = network.client({ origin: `http://${reachableAt(address)}`, timeout: TIMEOUT_MS });
  const answer = await client.request({ path: '/', signal: AbortSignal.timeout(TIMEOUT_MS) });
  await client.close();
  if (
    answer.kind === 'answer' &&
    new TextDecoder().decode(answer.body).includes('<title>FlowCollect exporter</title>')
  ) {
    return good(COMMON.portRuns(place, EXPORTER));
  }
  const nothing = { version: '', metrics: async () => '', health: () => ({ status: 'ok' as const }) };
  try {
    const listener = await servePages(
      { ...nothing, service: 'exporter' },
      { ...address, setting: '[client] MetricsListen' },
    );
    await listener.close();
    return good(COMMON.portFree(place, EXPORTER));
  } catch (error) {
    if (error instanceof ListenError) return bad(error.text);
    throw error;
  }
}

const EXPORTER: Text = { zh: '采集器', en: 'exporter' };

/** What is doubtful about a token although the gateway may take it. */
export function checkToken({ RemoteToken: token, DeviceID: device, section }: DeviceConfig): Finding[] {
  const said = ({ zh, en }: Text): Text => ({
    zh: `[${section}] RemoteToken ${zh}`,
    en: `[${section}] RemoteToken ${en}`,
  });
  if (isExample(token)) return [warning(said(CORE_TEXTS.exampleSecret))];
  if (token === '' || !isShortToken(token)) return [];
  const command = `flowcollect gateway token add --device ${shellWord(device)}`;
  const { zh, en } = CORE_TEXTS.shortToken(TOKEN_LENGTH, command);
  return [warning(said({ zh: `${zh}（在服务器上）`, en: `${en} (on the server)` }))];
}

const TIMEOUT_MS = 5000;

/**
 * Compares this device's clock with the server's Date header. Counts do not rest on clocks, but days do.
 *
 * @returns undefined where the server does not answer or names no date, which is told elsewhere
 */
export async function checkClock(network: Network, origin: string, clock: Clock): Promise<Finding | undefined> {
  const asked = clock.now();
  const client = network.client({ origin, timeout: TIMEOUT_MS });
  const answer = await client.request({ path: '/', signal: AbortSignal.timeout(TIMEOUT_MS) });
  await client.close();
  return clockFinding(
    answer.kind === 'answer' ? answer.header('date') : undefined,
    { asked, answered: clock.now() },
    { zh: '服务器', en: 'the server' },
    { zh: '计数不受影响，但“今日”会错', en: 'counts are right, but "today" is not' },
  );
}
