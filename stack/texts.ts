import type { Language } from '../core/language.ts';
import type { TrafficClass } from '../core/traffic.ts';

/** What `flowcollect stack` says to people. */
export interface StackTexts {
  readonly starting: string;
  readonly unpacking: string;
  readonly demo: (reason: string) => string;
  readonly real: (kernel: string) => string;
  readonly noClientSettings: (path: string) => string;
  readonly kernelSilent: (kernel: string) => string;
  readonly exporterRedirected: (gateway: string) => string;
  readonly noGrafana: string;
  readonly up: string;
  /** Edited settings reached rules and alerts. */
  readonly applied: string;
  readonly addresses: string;
  readonly folder: (path: string) => string;
  readonly reportIn: (seconds: number) => string;
  readonly auditing: string;
  readonly mail: (to: string) => string;
  readonly subject: string;
  readonly hintStop: string;
  readonly stopping: string;
  readonly stopped: string;
  readonly parts: Readonly<Record<'kernel' | 'airport' | 'mailbox' | 'gateway' | 'auditor' | 'exporter', string>>;
  readonly classes: Readonly<Record<TrafficClass, string>>;
  readonly columns: { readonly total: string; readonly rate: string };
  readonly sum: string;
  readonly nodes: string;
  readonly connections: (open: number) => string;
  readonly pushes: (accepted: number, failed: number) => string;
  readonly kernelDown: string;
}

const zh: StackTexts = {
  starting: '启动 FlowCollect 全套服务（只监听本机）',
  unpacking: '第一次启动：从 Debian 软件包取出 Prometheus、Pushgateway 和 Alertmanager，请稍候',
  demo: (reason) => `演示模式 DEMO：${reason}，使用模拟的内核、机场和邮箱，数据都是假的`,
  real: (kernel) => `使用 ClientSetting.ini 里的内核 ${kernel}`,
  noClientSettings: (path) => `没有 ${path}`,
  kernelSilent: (kernel) => `ClientSetting.ini 里的内核 ${kernel} 没有回应`,
  exporterRedirected: (gateway) => `采集端改为推送到本机网关 ${gateway}（原 RemoteServer 不受影响）`,
  noGrafana: '没有找到 grafana 程序，跳过仪表盘（安装 Grafana 并放进 PATH 后会自动使用）',
  up: '就绪',
  applied: '设置有改动：规则、告警路由和模板已更新',
  addresses: '地址',
  folder: (path) => `数据与日志：${path}`,
  reportIn: (seconds) => `${seconds} 秒后审计并发送日报`,
  auditing: '正在审计……',
  mail: (to) => `收到的日报邮件（收件人 ${to}）`,
  subject: '主题',
  hintStop: '按 Ctrl-C 停止',
  stopping: '正在停止……',
  stopped: '已全部停止',
  parts: {
    kernel: '模拟内核 DEMO',
    airport: '模拟机场 DEMO',
    mailbox: '模拟邮箱 DEMO',
    gateway: '网关 gateway',
    auditor: '审计 auditor',
    exporter: '采集 exporter',
  },
  classes: { proxy: '代理', direct: '直连', local: '本地', reject: '拒绝', unattributed: '未归属' },
  columns: { total: '累计', rate: '速率' },
  sum: '合计',
  nodes: '节点',
  connections: (open) => `连接 ${open}`,
  pushes: (accepted, failed) => `推送成功 ${accepted} 次${failed === 0 ? '' : `，失败 ${failed} 次`}`,
  kernelDown: '内核没有回应',
};

const en: StackTexts = {
  starting: 'Starting all of FlowCollect (on loopback only)',
  unpacking: 'First start: taking Prometheus, Pushgateway and Alertmanager out of Debian’s packages, one moment',
  demo: (reason) => `DEMO: ${reason}; a simulated kernel, airport and mailbox are used, none of the data is real`,
  real: (kernel) => `Using the kernel of ClientSetting.ini at ${kernel}`,
  noClientSettings: (path) => `there is no ${path}`,
  kernelSilent: (kernel) => `the kernel of ClientSetting.ini at ${kernel} does not answer`,
  exporterRedirected: (gateway) => `The exporter pushes to the gateway here, ${gateway}, instead of RemoteServer`,
  noGrafana: 'No grafana program was found: no dashboards (install Grafana on PATH and they will be there)',
  up: 'ready',
  applied: 'Settings were edited: rules, routes and templates follow',
  addresses: 'Addresses',
  folder: (path) => `Data and logs: ${path}`,
  reportIn: (seconds) => `The audit follows in ${seconds} seconds, and its report is mailed`,
  auditing: 'Auditing…',
  mail: (to) => `The report as mailed to ${to}`,
  subject: 'Subject',
  hintStop: 'Ctrl-C stops everything',
  stopping: 'Stopping…',
  stopped: 'Everything has stopped',
  parts: {
    kernel: 'Simulated kernel (DEMO)',
    airport: 'Simulated airport (DEMO)',
    mailbox: 'Simulated mailbox (DEMO)',
    gateway: 'Gateway',
    auditor: 'Auditor',
    exporter: 'Exporter',
  },
  classes: { proxy: 'proxy', direct: 'direct', local: 'local', reject: 'reject', unattributed: 'unattributed' },
  columns: { total: 'total', rate: 'rate' },
  sum: 'all',
  nodes: 'nodes',
  connections: (open) => `${open} connections`,
  pushes: (accepted, failed) => `${accepted} pushes${failed === 0 ? '' : `, ${failed} failed`}`,
  kernelDown: 'the kernel does not answer',
};

export function stackTexts(language: Language): StackTexts {
  return language === 'zh' ? zh : en;
}
