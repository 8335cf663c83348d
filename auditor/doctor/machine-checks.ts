import { access, constants, statfs } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { dirname } from 'node:path';
import { reachableAt } from '../../core/addresses.ts';
import { parseJson } from '../../core/json.ts';
import { formatBytes } from '../../core/units.ts';
import { errorCode } from '../../runtime/error-code.ts';
import { bad, type Finding, good, warning } from '../../runtime/findings.ts';
import { listenHttp } from '../../runtime/http.ts';
import { type ListenAddress, ListenError } from '../../runtime/listen.ts';
import { TEXTS } from '../../runtime/texts.ts';

const ANSWER_MS = 3000;
const NAMES = { gateway: { zh: '网关', en: 'gateway' }, auditor: { zh: '审计器', en: 'auditor' } } as const;

export interface ServicePort {
  readonly service: 'gateway' | 'auditor';
  readonly address: ListenAddress;
  /** Whether the service speaks TLS there. */
  readonly tls?: boolean;
  /** Whether it is a service of this machine, which should run. */
  readonly installed: boolean;
}

/** Whether a port is held by the service that it is meant for, or free for it. */
export async function checkPort({ service, address, tls = false, installed }: ServicePort): Promise<Finding> {
  const place = `${address.host}:${address.port}`;
  if (await isHeldBy(service, address, tls)) {
    return good(TEXTS.portRuns(place, NAMES[service]));
  }
  try {
    await (await listenHttp((_, response) => response.end(), address)).close();
  } catch (error) {
    if (error instanceof ListenError) return bad(error.text);
    throw error;
  }
  return installed
    ? bad({
        zh: `端口 ${place} 无人监听：${NAMES[service].zh}已安装但没有运行，请看 systemctl status flowcollect-${service}`,
        en: `nobody listens at port ${place}: the ${service} is installed and does not run; see systemctl status flowcollect-${service}`,
      })
    : good(TEXTS.portFree(place, NAMES[service]));
}

/** Whether what answers there says that it is the service: by its page, or by the errors of the gateway. */
async function isHeldBy(service: string, address: ListenAddress, tls: boolean): Promise<boolean> {
  const text = await firstPage(`${tls ? 'https' : 'http'}://${reachableAt(address)}/`);
  const { error, message } = (parseJson(text) ?? {}) as { error?: unknown; message?: unknown };
  const isError = service === 'gateway' && typeof error === 'string' && typeof message === 'string';
  return isError || text.includes(`<title>FlowCollect ${service}</title>`);
}

/** Without a secret, and whatever certificate it shows: its name is that by which devices reach the gateway. */
function firstPage(url: string): Promise<string> {
  const send = url.startsWith('https:') ? httpsRequest : httpRequest;
  return new Promise((resolve) => {
    const asked = send(url, { rejectUnauthorized: false, signal: AbortSignal.timeout(ANSWER_MS) }, async (answer) => {
      let text = '';
      try {
        for await (const chunk of answer.setEncoding('utf8')) text += chunk;
      } finally {
        resolve(text);
      }
    });
    asked.on('error', () => resolve('')).end();
  });
}

/** Data of a year with some devices takes less; a full disk holds up reports and pushes. */
const [SCARCE, LEAST] = [2 ** 30, 100 * 2 ** 20];

/** Whether a service can write its data, and how much room there is. @param folder that of `[server] DataDir` */
export async function checkDataFolder(folder: string): Promise<Finding> {
  const there = await nearestFolder(folder);
  try {
    await access(there, constants.W_OK | constants.X_OK);
    const { bavail, bsize } = await statfs(there);
    const room = bavail * bsize;
    const left = formatBytes(room);
    if (room < LEAST) {
      return bad({
        zh: `数据目录 ${folder} 所在的磁盘只剩 ${left}：请腾出空间`,
        en: `the disk of the data folder ${folder} has ${left} left: free it`,
      });
    }
    const find = room < SCARCE ? warning : good;
    return find({
      zh: `数据目录 ${folder} 可写，磁盘还有 ${left}`,
      en: `data folder ${folder} can be written, ${left} left`,
    });
  } catch (error) {
    const code = errorCode(error);
    return bad({
      zh: `数据目录 ${folder} 不可写（${code}）：请修改 [server] DataDir 或其权限，或用 sudo 运行这个命令`,
      en: `the data folder ${folder} cannot be written (${code}): fix [server] DataDir or its permissions, or run this command with sudo`,
    });
  }
}

/** The folder itself, else the one above it that is there. */
async function nearestFolder(folder: string): Promise<string> {
  const isThere = await access(folder).then(
    () => true,
    (error: unknown) => errorCode(error) !== 'ENOENT',
  );
  return isThere || dirname(folder) === folder ? folder : nearestFolder(dirname(folder));
}
