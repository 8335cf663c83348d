import type { Messages, Text } from '../core/language.ts';

/** What each command is for, in the list of all and in its own help. */
export const COMMANDS = {
  exporter: { zh: '统计一台设备内核的流量并推送', en: "account one device's kernel and push its counters" },
  record: {
    zh: '录下内核的连接和日志，供 replay 核对；其中有访问的主机和地址',
    en: "record a kernel's connections and log for replay; they contain hosts and addresses",
  },
  replay: {
    zh: '用账本重放录制的数据，并打印计数',
    en: 'run a recorded stream through the ledger and print the counters',
  },
  doctor: {
    zh: '检查设备的设置、内核、状态目录和网关；在 VPS 上检查服务和它们要用的一切',
    en: "check a device's settings, kernel, state folder and gateway; on a VPS, the services and all they need",
  },
  gateway: { zh: 'Pushgateway 前面核对令牌的入口', en: 'the authenticated entry in front of Pushgateway' },
  auditor: { zh: '读取机场、审计，23:55 发日报', en: 'read the airports, audit, report at 23:55' },
  audit: {
    zh: '审计一次：读取机场，汇总设备用量，打印报告',
    en: 'one audit: read the airports, sum what devices used, and print the report',
  },
  airport: {
    zh: '解释 Subscription-Userinfo 响应头或节点的倍率',
    en: "explain a Subscription-Userinfo header or a node's multiplier",
  },
  mail: { zh: '检查能否邮寄日报', en: 'check that reports can be mailed' },
  telegram: { zh: '谁可以询问 Telegram 机器人', en: 'who may ask the Telegram bot' },
  init: {
    zh: '为设备、VPS 或路由器生成配置文件并检查',
    en: 'make a settings file for a device, a VPS or a router, and test it',
  },
  pair: {
    zh: '在 VPS 上：为设备生成令牌，给出在设备上运行的一行',
    en: 'on the VPS: make a token for a device, as one line to run there',
  },
  service: { zh: '让服务在后台运行，开机即启动', en: 'run a service in the background, from the start of the machine' },
  backup: {
    zh: '把 VPS 的设置和数据打包成一个文件，其中含有密钥',
    en: 'pack the settings and data of a VPS into one file, which holds secrets',
  },
  restore: { zh: '恢复备份的内容；请先停止各服务', en: 'bring back what a backup holds; stop the services before' },
  stack: { zh: '在本机启动全套系统', en: 'start the whole system on this machine' },
  simulator: {
    zh: '本机回环地址上的内核、机场、邮箱和 Bot API，供试验',
    en: 'a kernel, an airport, a mailbox and a Bot API on loopback, to try things with',
  },
  config: {
    zh: '写出 Prometheus、Alertmanager 和 Grafana 的配置',
    en: 'write the configuration of Prometheus, Alertmanager and Grafana',
  },
  users: {
    zh: '在 Grafana 里为每个用户建立只看得到自己的组织',
    en: 'give each user an organisation in Grafana that sees theirs alone',
  },
  completion: {
    zh: '打印 bash 或 zsh 的补全脚本',
    en: 'print a script with which bash or zsh completes commands and options',
  },
  version: {
    zh: '打印版本；--check 询问有没有更新的',
    en: 'print the version; --check asks whether there is a newer one',
  },
} as const satisfies Messages;

/** What every command says of its arguments, its settings file and the ports it listens on. */
export const TEXTS = {
  config: { zh: '配置文件', en: 'the settings file' },
  json: { zh: '输出 JSON', en: 'print JSON' },
  toFix: (faults: number): Text => ({ zh: `${faults} 处需要修复`, en: `${faults} to fix` }),
  whichShell: (shells: string): Text => ({ zh: `请说明是哪种 shell：${shells}`, en: `say for which shell: ${shells}` }),
  help: { zh: '显示帮助', en: 'display help for command' },
  seeHelp: (command: string): Text => ({ zh: `用法见 ${command}`, en: `see ${command}` }),
  languageOption: {
    zh: '输出的语言；默认取配置文件的 Language，没有则为 zh',
    en: 'of what is printed; by default Language of the settings file, else zh',
  },
  wrongLanguage: (given: string): Text => ({
    zh: `--language ${given}：须为 zh 或 en`,
    en: `--language ${given}: must be zh or en`,
  }),

  portRuns: (place: string, service: Text): Text => ({
    zh: `端口 ${place}：${service.zh}正在运行`,
    en: `port ${place}: the ${service.en} runs`,
  }),
  portFree: (place: string, service: Text): Text => ({
    zh: `端口 ${place} 空闲，${service.zh}没有在运行`,
    en: `port ${place} is free, and the ${service.en} does not run`,
  }),
  portTaken: { zh: '已被其他程序占用', en: 'is taken by another program' },
  portForbidden: { zh: '需要更高的权限', en: 'needs more rights than this process has' },
  portUnusable: (code: string): Text => ({ zh: `无法使用（${code}）`, en: `cannot be used (${code})` }),
  /** @param setting such as `[server] ListenPort in ServerSetting.ini` */
  cannotListen: (place: string, { zh, en }: Text, setting: string): Text => ({
    zh: `${place} ${zh}，请修改 ${setting.replace(/^(.+) in (.+)$/, '$2 中的 $1')}`,
    en: `${place} ${en}; change ${setting}`,
  }),

  noDescriptor: (code: string): Text => ({
    zh: `本进程没有可用的文件描述符了（${code}）：请调高 LimitNOFILE（systemd）、ulimits（compose）或 ulimit -n`,
    en: `no file descriptor is left for this process (${code}): raise LimitNOFILE (systemd), ulimits (compose) or ulimit -n`,
  }),

  prometheusSilent: (address: string): Text => ({
    zh: `Prometheus（${address}）没有应答；请确认它在运行，并检查 [server] PrometheusAddr`,
    en: `Prometheus at ${address} does not answer; check that it runs, and [server] PrometheusAddr`,
  }),
  prometheusRefused: (address: string, said: string): Text => ({
    zh: `Prometheus（${address}）拒绝了查询：${said}`,
    en: `Prometheus at ${address} refused a query: ${said}`,
  }),
  prometheusPartial: (address: string, said: string): Text => ({
    zh: `Prometheus（${address}）只回答了一部分${said === '' ? '' : `：${said}`}；请查看它的各个节点`,
    en: `Prometheus at ${address} answered in part${said === '' ? '' : `: ${said}`}; look at its nodes`,
  }),
  prometheusBehind: (minutes: number): Text => ({
    zh: `Prometheus 里还没有最近 ${minutes} 分钟的数据；请检查抓取和 remote_write`,
    en: `Prometheus has nothing of the last ${minutes} min yet; look at its scrapes and remote_write`,
  }),
  notPrometheus: (address: string, status: number): Text => ({
    zh: `${address} 应答 ${status}，不像 Prometheus；请检查 [server] PrometheusAddr`,
    en: `${address} answered ${status} and not as Prometheus does; check [server] PrometheusAddr`,
  }),

  damagedFile: (path: string, reason: string): Text => ({
    zh: `${path} 已损坏（${reason}）；请从备份恢复，或移走它重新开始`,
    en: `${path} is damaged (${reason}); restore it from a backup, or move it away to start again`,
  }),
  /** @param lock the file that says so */
  locked: (path: string, lock: string): Text => ({
    zh: `${path} 正在被另一个命令修改；如果没有别的 flowcollect 命令在运行，请删除 ${lock}`,
    en: `${path} is being changed by another command; if no other command of flowcollect runs, remove ${lock}`,
  }),

  settingsMissing: {
    zh: '不存在；可用 flowcollect init device（VPS 上用 init server）生成，或从 setting.ini.example 复制，或用 --config 指定别的文件',
    en: 'does not exist; let flowcollect init device (on a VPS: init server) make it, copy setting.ini.example, or name another file with --config',
  },
  settingsUnreadable: (code: string): Text => ({
    zh: `无法读取（${code}），请检查它的权限${code === 'EACCES' ? '，或用 sudo 运行这个命令' : ''}`,
    en: `cannot be read (${code}); check its permissions${code === 'EACCES' ? ', or run this command with sudo' : ''}`,
  }),
  /** @param folder where the service keeps its data */
  otherService: (service: string, settings: string, folder: string): Text => ({
    zh: `本机的服务 ${service} 用的是 ${settings}，数据在 ${folder}：按这个文件做的改动它看不到，所以什么也没做。请加上 --config ${settings}`,
    en: `the service ${service} of this machine goes by ${settings}, with its data in ${folder}: it would see nothing of what is done by this file, so nothing was done. Add --config ${settings}`,
  }),
  settingsUnwritable: (code: string): Text => ({
    zh: `无法写入（${code}）：请以能写它所在目录的用户运行，例如用 sudo；用 Docker 时，在 docker-compose.yml 旁边：sudo chown -R 1000 config`,
    en: `cannot be written (${code}): run this as a user who may write to its folder, such as with sudo; with Docker, next to docker-compose.yml: sudo chown -R 1000 config`,
  }),
} as const satisfies Messages;
