import type { Text, TextTable } from '../core/language.ts';

/** The help of `stack`, what is wrong with its settings, and why it ended; what it shows meanwhile is in texts.ts. */
export const TEXTS = {
  stack: [
    '在本机启动全套系统：ClientSetting.ini 里的内核有应答就用它，否则用模拟的内核',
    'Starts the whole system on this machine: the kernel of ClientSetting.ini if it answers, else a simulated one.',
  ],
  config: [
    '服务端的配置文件；不存在时全用默认值',
    'settings of the server side; defaults apply where it does not exist',
  ],
  client: ['设备端的配置文件；没有则运行演示', 'settings of the device side; without it the demo runs'],
  exitAfterReport: ['第一份日报之后结束', 'end after the first report'],

  notHere: [
    '在这里须为 127.0.0.1：这个部分由 stack 自己启动',
    'must be on 127.0.0.1 here, since the stack starts this part itself',
  ],
  noTls: [
    '在这里不能设置：stack 只在本机内以明文 HTTP 推送',
    'must be left out here: the stack pushes within this machine, in plain HTTP',
  ],

  wrongSecret: (kernel: string, path: string): Text => [
    `内核 ${kernel} 拒绝了密钥；请把它的 secret 写到 ${path} 中 [client] 的 MihomoSecret`,
    `the kernel at ${kernel} refuses the secret; write its \`secret\` as MihomoSecret in [client] of ${path}`,
  ],
  endedAtOnce: (name: string, [exitZh, exitEn]: Text, [logZh, logEn]: Text): Text => [
    `${name} 启动后立即结束（${exitZh}）${logZh}`,
    `${name} ended at once (${exitEn})${logEn}`,
  ],
  ended: (name: string, [exitZh, exitEn]: Text, [logZh, logEn]: Text): Text => [
    `${name} 意外结束（${exitZh}）${logZh}`,
    `${name} ended (${exitEn})${logEn}`,
  ],
  notReady: (name: string, [zh, en]: Text): Text => [
    `${name} 没有及时就绪${zh}`,
    `${name} did not become ready in time${en}`,
  ],
  notNeeded: (name: string): Text => [`${name} 不再需要`, `${name} was not needed any more`],
  cannotStart: (name: string, why: string): Text => [`${name} 无法启动：${why}`, `${name} cannot be started: ${why}`],
  exitCode: (code: number): Text => [`退出码 ${code}`, `exit code ${code}`],
  seeLog: (file: string, lines: string): Text => [`；日志 ${file}${lines}`, `; see ${file}${lines}`],
  noMail: ['审计没有发出邮件', 'the audit mailed nothing'],

  notDebian: (command: string): Text => [
    `本机不是 Debian（没有 ${command}），无法解包`,
    `this is not Debian (there is no ${command}) to unpack them from`,
  ],
  packagesUnusable: (command: string, said: string): Text => [
    `Debian 的软件包无法使用（${command}：${said}）`,
    `Debian's packages cannot be used (${command}: ${said})`,
  ],
  noBinaries: (names: string, [zh, en]: Text): Text => [
    `PATH 里没有 ${names}，且${zh}。请安装它们（https://prometheus.io/download/ 或系统的软件包）并放进 PATH，或用容器运行各服务：docker compose up -d`,
    `${names}: not on PATH, and ${en}. Install them (https://prometheus.io/download/, or your package manager) so that they are on PATH, or run the services in containers: docker compose up -d`,
  ],
} as const satisfies TextTable;
