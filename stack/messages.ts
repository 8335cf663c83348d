import { type Language, type Messages, type Translated, translateAll } from '../core/language.ts';
import { CLASS_NAMES } from '../core/traffic.ts';

const STACK = {
  starting: { zh: '启动 FlowCollect 全套服务（只监听本机）', en: 'Starting all of FlowCollect (on loopback only)' },
  unpacking: {
    zh: '第一次启动：从 Debian 软件包取出 Prometheus、Pushgateway 和 Alertmanager，请稍候',
    en: 'First start: taking Prometheus, Pushgateway and Alertmanager out of Debian’s packages, one moment',
  },
  demo: (reason: string) => ({
    zh: `演示模式 DEMO：${reason}，使用模拟的内核、机场和邮箱，数据都是假的`,
    en: `DEMO: ${reason}; a simulated kernel, airport and mailbox are used, none of the data is real`,
  }),
  real: (kernel: string) => ({
    zh: `使用 ClientSetting.ini 里的内核 ${kernel}`,
    en: `Using the kernel of ClientSetting.ini at ${kernel}`,
  }),
  noClientSettings: (path: string) => ({ zh: `没有 ${path}`, en: `there is no ${path}` }),
  kernelSilent: (kernel: string) => ({
    zh: `ClientSetting.ini 里的内核 ${kernel} 没有回应`,
    en: `the kernel of ClientSetting.ini at ${kernel} does not answer`,
  }),
  exporterRedirected: (gateway: string) => ({
    zh: `采集器改为推送到本机网关 ${gateway}（原 RemoteServer 不受影响）`,
    en: `The exporter pushes to the gateway here, ${gateway}, instead of RemoteServer`,
  }),
  noGrafana: {
    zh: '没有找到 grafana 程序，跳过仪表盘（安装 Grafana 并放进 PATH 后会自动使用）',
    en: 'No grafana program was found: no dashboards (install Grafana on PATH and they will be there)',
  },
  up: { zh: '就绪', en: 'ready' },
  /** Edited settings reached rules and alerts. */
  applied: {
    zh: '设置有改动：规则、告警路由和模板已更新',
    en: 'Settings were edited: rules, routes and templates follow',
  },
  addresses: { zh: '地址', en: 'Addresses' },
  folder: (path: string) => ({ zh: `数据与日志：${path}`, en: `Data and logs: ${path}` }),
  reportIn: (seconds: number) => ({
    zh: `${seconds} 秒后审计并发送日报`,
    en: `The audit follows in ${seconds} seconds, and its report is mailed`,
  }),
  auditing: { zh: '正在审计……', en: 'Auditing…' },
  mail: (to: string) => ({ zh: `收到的日报邮件（收件人 ${to}）`, en: `The report as mailed to ${to}` }),
  subject: { zh: '主题', en: 'Subject' },
  hintStop: { zh: '按 Ctrl-C 停止', en: 'Ctrl-C stops everything' },
  stopping: { zh: '正在停止……', en: 'Stopping…' },
  stopped: { zh: '已全部停止', en: 'Everything has stopped' },
  parts: {
    kernel: { zh: '模拟内核 DEMO', en: 'Simulated kernel (DEMO)' },
    airport: { zh: '模拟机场 DEMO', en: 'Simulated airport (DEMO)' },
    mailbox: { zh: '模拟邮箱 DEMO', en: 'Simulated mailbox (DEMO)' },
    gateway: { zh: '网关 gateway', en: 'Gateway' },
    auditor: { zh: '审计 auditor', en: 'Auditor' },
    exporter: { zh: '采集 exporter', en: 'Exporter' },
  },
  classes: CLASS_NAMES,
  columns: {
    total: { zh: '累计', en: 'total' },
    rate: { zh: '速率', en: 'rate' },
  },
  sum: { zh: '合计', en: 'all' },
  nodes: { zh: '节点', en: 'nodes' },
  connections: (open: number) => ({ zh: `连接 ${open}`, en: `${open} connections` }),
  pushes: (accepted: number, failed: number) => ({
    zh: `推送成功 ${accepted} 次${failed === 0 ? '' : `，失败 ${failed} 次`}`,
    en: `${accepted} pushes${failed === 0 ? '' : `, ${failed} failed`}`,
  }),
  kernelDown: { zh: '内核没有回应', en: 'the kernel does not answer' },
} as const satisfies Messages;

/** What `flowcollect stack` says to people, in one language. */
export type StackMessages = Translated<typeof STACK>;

export function stackMessages(language: Language): StackMessages {
  return translateAll(STACK, language);
}
