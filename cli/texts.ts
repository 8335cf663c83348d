import type { Text, TextTable } from '../core/language.ts';

/** What each command is for. */
export const COMMAND_TEXTS = {
  exporter: ['统计一台设备内核的流量并上报', "account one device's kernel and push its counters"],
  record: ['录下内核的连接，供 replay 核对记账', "record a kernel's connections, to check the accounting with replay"],
  replay: ['用账本重放录制的数据，并打印计数', 'run a recorded stream through the ledger and print the counters'],
  doctor: ['检查设备的设置、内核和网关', "check a device's settings, kernel and gateway"],
  gateway: ['Pushgateway 前面核对令牌的入口', 'the authenticated door in front of Pushgateway'],
  auditor: ['读取机场、审计，23:55 发日报', 'read the airports, audit, report at 23:55'],
  audit: ['立即审计一次', 'one audit, now'],
  airport: [
    '解释 Subscription-Userinfo 响应头或节点的倍率',
    "explain a Subscription-Userinfo header or a node's multiplier",
  ],
  mail: ['检查能否邮寄日报', 'check that reports can be mailed'],
  telegram: ['生成代码，把聊天绑定到机器人的一个用户', 'make a code that binds a chat to a user of the bot'],
  init: ['为设备、VPS 或路由器生成配置文件并检查', 'make a settings file for a device, a VPS or a router, and test it'],
  pair: [
    '在 VPS 上：为设备生成令牌，给出在设备上运行的一行',
    'on the VPS: make a token for a device, as one line to run there',
  ],
  service: ['让服务在后台运行，开机即启动', 'run a service in the background, from the start of the machine'],
  backup: ['把 VPS 的设置和数据打包成一个文件', 'pack the settings and data of a VPS into one file'],
  restore: ['恢复备份的内容', 'bring back what a backup holds'],
  stack: ['在本机启动全套系统', 'start the whole system on this machine'],
  simulator: [
    '本机回环地址上的内核、机场、邮箱和 Bot API，供试验',
    'a kernel, an airport, a mailbox and a Bot API on loopback, to try things with',
  ],
  config: [
    '写出 Prometheus、Alertmanager 和 Grafana 的配置',
    'write the configuration of Prometheus, Alertmanager and Grafana',
  ],
  users: [
    '在 Grafana 里为每个用户建立只看得到自己的组织',
    'give each user an organisation in Grafana that sees theirs alone',
  ],
  version: ['打印版本；--check 询问有没有更新的', 'print the version; --check asks whether there is a newer one'],
} as const satisfies TextTable;

/** What is said around them. */
export const TEXTS = {
  usage: (version: string, commands: string): Text => [
    `flowcollect ${version}

用法: flowcollect <命令> [选项]

命令:
${commands}

每个命令都有 --help；除 simulator（只有英文）外都有 --language zh|en。退出码：0 完成，1 失败，2 参数或设置有误。`,
    `flowcollect ${version}

Usage: flowcollect <command> [options]

Commands:
${commands}

Every command has --help and, except simulator (English alone), --language zh|en. Exit codes: 0 done, 1 failed, 2 bad arguments or settings.`,
  ],
  unknown: (command: string, call: string): Text => [
    `flowcollect: 没有命令“${command}”；${call} --help 列出所有命令`,
    `flowcollect: unknown command "${command}"; "${call} --help" lists them`,
  ],
} as const satisfies TextTable;
