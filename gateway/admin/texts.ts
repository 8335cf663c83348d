import type { Messages, Text } from '../../core/language.ts';
import type { ProblemCode } from '../http/problem.ts';

/** What the commands say that release devices. */
export const TEXTS = {
  rebase: {
    zh: '允许设备的计数回落一次：它的下一次推送作为重置',
    en: 'let the counters of a device fall, once: its next push is a reset',
  },
  rebased: {
    zh: '已重置：该设备的下一次推送将作为新的起点。',
    en: 'Rebased: the next push of this device is a new beginning.',
  },
  retire: {
    zh: '放下不再使用的设备，前提是它的总量已存入 Prometheus',
    en: 'let go of a device that is gone, after its totals are in Prometheus',
  },
  retired: { zh: '已退役：总量保存在 Prometheus 中。', en: 'Retired: its totals are kept by Prometheus.' },
  deviceUser: {
    zh: '设备属于谁；默认是其 [device.ID] 一节的用户',
    en: 'whose device; by default the user of its [device.ID] section',
  },
  needsAdminToken: {
    zh: '请设置 [server] AdminToken；文件里只有哈希时，用环境变量 FLOWCOLLECT_ADMIN_TOKEN 给出令牌',
    en: 'set [server] AdminToken; where the file holds its hash, give the token as FLOWCOLLECT_ADMIN_TOKEN',
  },
  noGateway: (origin: string, code: string): Text => ({
    zh: `网关 ${origin} 没有应答（${code}），请在本机启动它`,
    en: `the gateway does not answer at ${origin} (${code}); start it on this machine`,
  }),
  oddAnswer: (status: number): Text => ({ zh: `网关应答 ${status}`, en: `the gateway answered ${status}` }),
} as const satisfies Messages;

/** Why a device was not rebased or retired, by the code of the problem. The gateway itself answers in English. */
export const PROBLEM_TEXTS: Readonly<Partial<Record<ProblemCode, string>>> = {
  unauthorized: '令牌不是 [server] AdminToken，或不是在网关所在的机器上运行',
  bad_path: '用户名或设备名无效',
  not_found: '网关没有收到过这台设备的推送，请检查用户和 DeviceID',
  still_pushing: '设备一分钟内还在推送；请停止它的采集器，等一分钟再试',
  not_stored_yet: '设备最后的值还没有确认存入 Prometheus；请确认 Pushgateway 和 Prometheus 在运行，稍后再试',
  prometheus_down: 'Prometheus 没有应答；请启动它，或修改 [server] PrometheusAddr',
  pushgateway_down: 'Pushgateway 没有应答，请启动它',
  busy: '这台设备的推送还在排队，稍后再试',
  storage_failed: '网关无法读写它的磁盘，请检查 [server] DataDir',
};
