import {
  type Language,
  type Messages,
  type Text,
  type Translated,
  translate,
  translateAll,
} from '../../core/language.ts';
import type { MailProvider } from '../../core/mail-providers.ts';
import { TEXTS as CORE_TEXTS } from '../../core/texts.ts';
import type { FoundKernel, KernelState } from './kernels.ts';

/** The help of `init`, and how it fails; what it asks and says is further down. */
export const TEXTS = {
  device: { zh: '运行内核的设备；内核会自动查找', en: 'a device that runs a kernel, which is looked for' },
  router: {
    zh: '由本机通过局域网或隧道监控的路由器',
    en: 'a router that this machine watches, over the LAN or a tunnel',
  },
  server: { zh: '一台 VPS', en: 'a VPS' },
  config: { zh: '要写的配置文件', en: 'the settings file to write' },
  yes: { zh: '全部采用建议，不提问', en: 'take every suggestion, ask nothing' },
  code: {
    zh: 'VPS 上 flowcollect pair 打印的配对码',
    en: 'the pairing code that "flowcollect pair" printed on the VPS',
  },
  home: {
    zh: '家里的服务器或 NAS：全部在本机运行（flowcollect stack）',
    en: 'a home server or NAS: all of it runs on this machine (flowcollect stack)',
  },
  badAddress: {
    zh: '只写一个地址，协议和域名即可，例如 https://vps.example.com',
    en: 'one address, of scheme and domain alone, such as https://vps.example.com',
  },
  needsDomain: {
    zh: '须为 https:// 加域名，不带端口：Caddy 要为这个域名取得证书',
    en: 'https:// and a domain, without a port: Caddy has to get a certificate for it',
  },
  badSubscription: {
    zh: '每个订阅链接都须以 https:// 或 http:// 开头；clash:// 是给应用用的，里面 url= 之后才是订阅链接',
    en: 'each address must begin with https:// or http://; a clash:// link is for apps, and holds the address after url=',
  },
  badKernelAddress: {
    zh: '请写完整的地址，例如 http://127.0.0.1:9090',
    en: 'write the whole address, such as http://127.0.0.1:9090',
  },
  badNumber: (last: number): Text => ({
    zh: `请输入 0 到 ${last} 的编号`,
    en: `type a number from 0 to ${last}`,
  }),
  yesOrNo: { zh: '请回答 y 或 n', en: 'answer y or n' },
  toFix: { zh: '设置已写好；请先修复上面的问题', en: 'the settings are written; fix what is said above first' },
} as const satisfies Messages;

/** What a person can copy when a device's settings are written. */
export interface NextCommands {
  /** Accounts in this terminal. */
  readonly now: string;
  /** Accounts in the background from now on. */
  readonly background: string;
}

const kernelState = (state: KernelState): Text => ({
  zh:
    state.kind === 'answers'
      ? `有应答，版本 ${state.version}`
      : state.kind === 'wrong_secret'
        ? '有应答，但 secret 不对'
        : '没有应答：内核没有在运行，或者地址不对',
  en:
    state.kind === 'answers'
      ? `answers, version ${state.version}`
      : state.kind === 'wrong_secret'
        ? 'answers, but not to this secret'
        : 'does not answer: it does not run, or the address is wrong',
});

const INIT = {
  found: (number: number, { host, address, state, file }: FoundKernel) => ({
    zh: `  ${number}. ${host}：${address}，${kernelState(state).zh}（${file}）`,
    en: `  ${number}. ${host}: ${address}, ${kernelState(state).en} (${file})`,
  }),
  noneFound: {
    zh: '没有在常见位置找到 Mihomo 内核的配置。',
    en: 'No configuration of a Mihomo kernel was found in the usual places.',
  },
  whichKernel: { zh: '用哪个内核？输入编号，或 0 手动填写', en: 'Which kernel? Its number, or 0 to type an address' },
  kernelAddress: { zh: '内核的 external-controller 地址', en: "Address of the kernel's external-controller" },
  kernelSecret: { zh: '内核的 secret，没有就留空', en: "The kernel's secret; empty when it has none" },
  serverAddress: {
    zh: 'VPS 上网关的地址，例如 https://vps.example.com',
    en: 'Address of the gateway on your VPS, such as https://vps.example.com',
  },
  dockerAddress: {
    zh: '用 Docker 时设备只能经 Caddy 的 443 端口进来，要有指向这台 VPS 的域名，例如 https://vps.example.com',
    en: 'With Docker devices come in by port 443 of Caddy alone, which takes a domain that leads to this VPS, such as https://vps.example.com',
  },
  homeAddress: {
    zh: '设备在局域网里怎样访问这台机器',
    en: 'This machine as devices in the LAN reach it',
  },
  token: { zh: '令牌（VPS 上运行 flowcollect pair 可得）', en: 'Token (from "flowcollect pair" on the VPS)' },
  deviceName: { zh: '这台设备的名字', en: "This device's name" },
  routerCode: {
    zh: '路由器自己的配对码（在 VPS 上运行 flowcollect pair --device 路由器的名字），没有就留空',
    en: 'The router\'s own pairing code ("flowcollect pair --device NAME" on the VPS); empty when there is none',
  },
  routerName: { zh: '路由器的名字', en: "The router's name" },
  subscriptions: {
    zh: '机场订阅链接，多个用逗号分开，可留空',
    en: 'Subscription addresses, separated by commas; may be empty',
  },
  mailAccount: { zh: '发日报的邮箱，可留空', en: 'Mail account that sends the report; may be empty' },
  mailHost: { zh: '该邮箱的发信服务器（SMTP）', en: "That account's mail server (SMTP)" },
  mailPassword: { zh: '该邮箱的授权码', en: "That account's authorisation code" },
  mailPasswordIs: ({ name, password }: MailProvider) => ({
    zh: password === undefined ? translate(CORE_TEXTS.noMailPassword(name), 'zh') : `要填的是${password.zh}`,
    en: password === undefined ? translate(CORE_TEXTS.noMailPassword(name), 'en') : `It is ${password.en}`,
  }),
  mailTo: { zh: '收日报的邮箱', en: 'Who gets the report' },
  withDocker: { zh: '用 Docker 运行吗？(y/n)', en: 'Will it run with Docker? (y/n)' },
  badCode: {
    zh: '配对码不完整：请把 VPS 上 flowcollect pair 打印的整行复制过来',
    en: 'the pairing code is not whole: copy all of the line that "flowcollect pair" printed on the VPS',
  },
  grafanaPassword: { zh: 'Grafana 的密码', en: 'a password for Grafana' },
  kernelState,
  otherGateway: (kept: string, given: string) => ({
    zh: `这台机器推送到 ${kept}，路由器的流量也推送到那里；配对码里是 ${given}：两者若不是同一个网关，请修改 [client] RemoteServer`,
    en: `This machine pushes to ${kept}, and what the router moves goes there too; the code names ${given}: where these are two gateways, change [client] RemoteServer`,
  }),
  askedAgain: (address: string, state: string) => ({
    zh: `${address}：${state}。请改正，或按回车保持不变`,
    en: `${address}: ${state}. Correct it, or keep it with Enter`,
  }),
  written: (file: string) => ({
    zh: `已写入 ${file}（仅本用户可读）`,
    en: `wrote ${file} (readable by this user alone)`,
  }),
  kept: (file: string) => ({
    zh: `${file} 已存在：原有的键保留，只改写这里回答的`,
    en: `${file} exists: its keys stay, but for those answered here`,
  }),
  checking: { zh: '检查：', en: 'Checks:' },
  nextOnDevice: ({ now, background }: NextCommands) => ({
    zh: `下一步：${now}\n开机自动运行：${background}`,
    en: `Next: ${now}\nIn the background: ${background}`,
  }),
  nextOnDocker: (commands: readonly string[]) => ({
    zh: `下一步，在 docker-compose.yml 旁边运行：\n  ${commands.join('\n  ')}`,
    en: `Next, in the folder of docker-compose.yml:\n  ${commands.join('\n  ')}`,
  }),
  taken: (doctor: string) => ({
    zh: `正在运行的服务已按新设置继续。检查：${doctor}`,
    en: `The services that run have taken the settings. To check them: ${doctor}`,
  }),
  nextOnServer: (args: string) => ({
    zh: `下一步：sudo packaging/debian/install.sh ${args}（安装并启动全部服务）`,
    en: `Next: sudo packaging/debian/install.sh ${args} (installs and starts every service)`,
  }),
  nextAtHome: (command: string) => ({
    zh: `下一步：${command}（启动全部；日报存档的密码是设置里的 ArchiveToken）`,
    en: `Next: ${command} (starts everything; the password of the archive of reports is ArchiveToken in the settings)`,
  }),
  inBackground: (command: string) => ({
    zh: `没有问题后，按 Ctrl-C 结束它，改为开机自动运行：${command}`,
    en: `When all is well, end it with Ctrl-C and have it run in the background from now on: ${command}`,
  }),
  tunnel: (port: string) => ({
    zh: `在路由器上用 packaging/openwrt/flowcollect-tunnel 建立到本机的 SSH 隧道（本机端口 ${port}），见 docs/platforms/openwrt.zh-CN.md`,
    en: `On the router, packaging/openwrt/flowcollect-tunnel opens an SSH tunnel to this machine (port ${port} here); see docs/platforms/openwrt.md`,
  }),
  pairing: (line: string) => ({
    zh: `然后为每台设备运行（设备名自定）：${line}`,
    en: `Then, for every device (choose its name): ${line}`,
  }),
  example: {
    zh: '没有给出 VPS 的地址：以上命令里的 vps.example.com 只是示例，请换成您的域名',
    en: 'No address of the VPS was given: in these commands, put your domain in the place of vps.example.com',
  },
} as const satisfies Messages;

/** What `init` asks and says, in one language. */
export function initMessages(language: Language): Translated<typeof INIT> {
  return translateAll(INIT, language);
}
