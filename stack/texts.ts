import { type Language, type Messages, type Text, type Translated, translateAll } from '../core/language.ts';
import { CLASS_NAMES } from '../core/traffic.ts';

/** The help of `stack`, what is wrong with its settings, and why it ended; what it shows meanwhile is below. */
export const TEXTS = {
  stack: {
    zh: '在本机启动全套系统：ClientSetting.ini 里的内核有应答就用它，否则用模拟的内核',
    en: 'Starts the whole system on this machine: the kernel of ClientSetting.ini if it answers, else a simulated one.',
  },
  config: {
    zh: '服务器的配置文件；不存在时全用默认值',
    en: 'settings of the server side; defaults apply where it does not exist',
  },
  client: {
    zh: '设备端的配置文件，默认是旁边的 ClientSetting.ini；没有则运行演示',
    en: 'settings of the device side, by default ClientSetting.ini beside it; without it the demo runs',
  },
  exitAfterReport: { zh: '第一份日报之后结束', en: 'end after the first report' },

  notHere: {
    zh: '在这里须为 127.0.0.1：这个部分由 stack 自己启动',
    en: 'must be on 127.0.0.1 here, since the stack starts this part itself',
  },
  noTls: {
    zh: '在这里不能设置：stack 只在本机内以明文 HTTP 推送',
    en: 'must be left out here: the stack pushes within this machine, in plain HTTP',
  },

  wrongSecret: (kernel: string, path: string): Text => ({
    zh: `内核 ${kernel} 拒绝了密钥；请把它的 secret 写到 ${path} 中 [client] 的 MihomoSecret`,
    en: `the kernel at ${kernel} refuses the secret; write its \`secret\` as MihomoSecret in [client] of ${path}`,
  }),
  endedAtOnce: (name: string, { zh: exitZh, en: exitEn }: Text, { zh: logZh, en: logEn }: Text): Text => ({
    zh: `${name} 启动后立即结束（${exitZh}）${logZh}`,
    en: `${name} ended at once (${exitEn})${logEn}`,
  }),
  ended: (name: string, { zh: exitZh, en: exitEn }: Text, { zh: logZh, en: logEn }: Text): Text => ({
    zh: `${name} 意外结束（${exitZh}）${logZh}`,
    en: `${name} ended (${exitEn})${logEn}`,
  }),
  notReady: (name: string, { zh, en }: Text): Text => ({
    zh: `${name} 没有及时就绪${zh}`,
    en: `${name} did not become ready in time${en}`,
  }),
  notNeeded: (name: string): Text => ({ zh: `${name} 不再需要`, en: `${name} was not needed any more` }),
  cannotStart: (name: string, why: string): Text => ({
    zh: `${name} 无法启动：${why}`,
    en: `${name} cannot be started: ${why}`,
  }),
  exitCode: (code: number): Text => ({ zh: `退出码 ${code}`, en: `exit code ${code}` }),
  seeLog: (file: string, lines: string): Text => ({ zh: `；日志 ${file}${lines}`, en: `; see ${file}${lines}` }),
  movedPorts: ({ zh, en }: Text, files: string): Text => ({
    zh: `${zh}。已写好 ${files}，其中换成了空闲的端口：请再运行一次`,
    en: `${en}. With free ports it has been written for you: ${files}. Run this again`,
  }),
  noMail: { zh: '审计没有发出邮件', en: 'the audit mailed nothing' },

  notDebian: (command: string): Text => ({
    zh: `本机不是 Debian（没有 ${command}），无法解包`,
    en: `this is not Debian (there is no ${command}) to unpack them from`,
  }),
  offline: (said: string): Text => ({
    zh: `连不上 Debian 的软件源，这台机器没有联网？（${said}）`,
    en: `Debian's archive cannot be reached, is this machine offline? (${said})`,
  }),
  packagesUnusable: (command: string, said: string): Text => ({
    zh: `Debian 的软件包无法使用（${command}：${said}）`,
    en: `Debian's packages cannot be used (${command}: ${said})`,
  }),
  noBinaries: (names: string, { zh, en }: Text): Text => ({
    zh: `PATH 里没有 ${names}，且${zh}。请安装它们（https://prometheus.io/download/ 或系统的软件包）并放进 PATH，或用容器运行各服务：docker compose up -d`,
    en: `${names}: not on PATH, and ${en}. Install them (https://prometheus.io/download/, or your package manager) so that they are on PATH, or run the services in containers: docker compose up -d`,
  }),
} as const satisfies Messages;

const STACK = {
  starting: { zh: '启动 FlowCollect 全套服务', en: 'Starting all of FlowCollect' },
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
  none: (path: string) => ({
    zh: `本机没有采集器（没有写明设备的 ${path}）：等待各设备推送`,
    en: `No exporter here (there is no ${path} with a device): waiting for the pushes of devices`,
  }),
  noClientSettings: (path: string) => ({ zh: `没有写明设备的 ${path}`, en: `there is no ${path} with a device` }),
  kernelSilent: (kernel: string) => ({
    zh: `ClientSetting.ini 里的内核 ${kernel} 没有应答`,
    en: `the kernel of ClientSetting.ini at ${kernel} does not answer`,
  }),
  exporterRedirected: (gateway: string) => ({
    zh: `采集器改为推送到本机网关 ${gateway}（原 RemoteServer 不受影响）`,
    en: `The exporter pushes to the gateway here, ${gateway}, instead of RemoteServer`,
  }),
  noGrafana: {
    zh: '没有找到 grafana，所以没有仪表盘：从 https://grafana.com/grafana/download 下载，把解压后的 bin 加进 PATH，再运行一次就有了',
    en: 'No grafana was found, so there are no dashboards: download it from https://grafana.com/grafana/download, put its bin on PATH and run this again',
  },
  noDashboards: {
    zh: '没有仪表盘：镜像和可执行文件不带它们；克隆或 flowcollect-…-node.tar.gz 里的 flowcollect stack 有，PATH 上还要有 Grafana',
    en: 'No dashboards: neither the image nor the executable has them; flowcollect stack of a clone or of flowcollect-…-node.tar.gz has, with Grafana on PATH',
  },
  past: {
    zh: '模拟的前几天（和今天早些时候）已写进 Prometheus 和日报存档 DEMO',
    en: 'DEMO: some simulated days, and today so far, are in Prometheus and in the archive of reports',
  },
  /** Of Grafana, which asks for another password at once. */
  signIn: { zh: '（首次登录 admin / admin）', en: '(sign in as admin / admin at first)' },
  up: { zh: '就绪', en: 'ready' },
  /** Edited settings reached rules and alerts. */
  applied: {
    zh: '设置有改动：规则、告警路由和模板已更新',
    en: 'Settings were edited: rules, routes and templates follow',
  },
  addresses: { zh: '地址', en: 'Addresses' },
  archive: (password: string) => ({
    zh: `日报存档（用户名任意，密码 ${password}）`,
    en: `The archive of reports (any user name, password ${password})`,
  }),
  /** Its password is the person's own, and is not shown. */
  ownArchive: {
    zh: '日报存档（用户名任意，密码是设置里的 ArchiveToken）',
    en: 'The archive of reports (any user name; its password is ArchiveToken of the settings)',
  },
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
    auditor: { zh: '审计器 auditor', en: 'Auditor' },
    exporter: { zh: '采集器 exporter', en: 'Exporter' },
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
  kernelDown: { zh: '内核没有应答', en: 'the kernel does not answer' },
} as const satisfies Messages;

/** What `flowcollect stack` says to people, in one language. */
export type StackMessages = Translated<typeof STACK>;

export function stackMessages(language: Language): StackMessages {
  return translateAll(STACK, language);
}
