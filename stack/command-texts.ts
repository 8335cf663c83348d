import type { Messages, Text } from '../core/language.ts';

/** The help of `stack`, what is wrong with its settings, and why it ended; what it shows meanwhile is in texts.ts. */
export const TEXTS = {
  stack: {
    zh: '在本机启动全套系统：ClientSetting.ini 里的内核有应答就用它，否则用模拟的内核',
    en: 'Starts the whole system on this machine: the kernel of ClientSetting.ini if it answers, else a simulated one.',
  },
  config: {
    zh: '服务端的配置文件；不存在时全用默认值',
    en: 'settings of the server side; defaults apply where it does not exist',
  },
  client: { zh: '设备端的配置文件；没有则运行演示', en: 'settings of the device side; without it the demo runs' },
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
  noMail: { zh: '审计没有发出邮件', en: 'the audit mailed nothing' },

  notDebian: (command: string): Text => ({
    zh: `本机不是 Debian（没有 ${command}），无法解包`,
    en: `this is not Debian (there is no ${command}) to unpack them from`,
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
