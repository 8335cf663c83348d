import type { Messages, Text } from '../core/language.ts';

/** What each command is for. */
export const COMMAND_TEXTS = {
  exporter: { zh: '统计一台设备内核的流量并推送', en: "account one device's kernel and push its counters" },
  record: {
    zh: '录下内核的连接，供 replay 核对记账',
    en: "record a kernel's connections, to check the accounting with replay",
  },
  replay: {
    zh: '用账本重放录制的数据，并打印计数',
    en: 'run a recorded stream through the ledger and print the counters',
  },
  doctor: { zh: '检查设备的设置、内核和网关', en: "check a device's settings, kernel and gateway" },
  gateway: { zh: 'Pushgateway 前面核对令牌的入口', en: 'the authenticated entry in front of Pushgateway' },
  auditor: { zh: '读取机场、审计，23:55 发日报', en: 'read the airports, audit, report at 23:55' },
  audit: { zh: '立即审计一次', en: 'one audit, now' },
  airport: {
    zh: '解释 Subscription-Userinfo 响应头或节点的倍率',
    en: "explain a Subscription-Userinfo header or a node's multiplier",
  },
  mail: { zh: '检查能否邮寄日报', en: 'check that reports can be mailed' },
  telegram: { zh: '生成代码，把聊天绑定到机器人的一个用户', en: 'make a code that binds a chat to a user of the bot' },
  init: {
    zh: '为设备、VPS 或路由器生成配置文件并检查',
    en: 'make a settings file for a device, a VPS or a router, and test it',
  },
  pair: {
    zh: '在 VPS 上：为设备生成令牌，给出在设备上运行的一行',
    en: 'on the VPS: make a token for a device, as one line to run there',
  },
  service: { zh: '让服务在后台运行，开机即启动', en: 'run a service in the background, from the start of the machine' },
  backup: { zh: '把 VPS 的设置和数据打包成一个文件', en: 'pack the settings and data of a VPS into one file' },
  restore: { zh: '恢复备份的内容', en: 'bring back what a backup holds' },
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
  version: {
    zh: '打印版本；--check 询问有没有更新的',
    en: 'print the version; --check asks whether there is a newer one',
  },
} as const satisfies Messages;

/** What is said around them. */
export const TEXTS = {
  usage: (version: string, commands: string): Text => ({
    zh: `flowcollect ${version}

用法: flowcollect <命令> [选项]

命令:
${commands}

每个命令都有 --help；除 simulator（只有英文）外都有 --language zh|en。退出码：0 完成，1 失败，2 参数或设置有误。`,
    en: `flowcollect ${version}

Usage: flowcollect <command> [options]

Commands:
${commands}

Every command has --help and, except simulator (English alone), --language zh|en. Exit codes: 0 done, 1 failed, 2 bad arguments or settings.`,
  }),
  unknown: (command: string, call: string): Text => ({
    zh: `flowcollect: 没有命令“${command}”；${call} --help 列出所有命令`,
    en: `flowcollect: unknown command "${command}"; "${call} --help" lists them`,
  }),
} as const satisfies Messages;
