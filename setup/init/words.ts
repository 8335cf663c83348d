import type { FoundKernel, KernelState } from './kernel-search.ts';
import type { NextCommands } from './next-commands.ts';

/** What `init` says, in one language. */
export interface InitWords {
  found(number: number, kernel: FoundKernel): string;
  readonly noneFound: string;
  readonly whichKernel: string;
  readonly kernelAddress: string;
  readonly kernelSecret: string;
  readonly serverAddress: string;
  readonly token: string;
  readonly deviceName: string;
  readonly routerName: string;
  readonly subscriptions: string;
  readonly mailAccount: string;
  readonly mailPassword: string;
  readonly mailTo: string;
  readonly withDocker: string;
  readonly badCode: string;
  readonly badAddress: string;
  readonly grafanaPassword: string;
  kernelState(state: KernelState): string;
  written(file: string): string;
  kept(file: string): string;
  readonly checking: string;
  nextOnDevice(next: NextCommands): string;
  nextOnDocker(commands: readonly string[]): string;
  nextOnServer(file: string): string;
  tunnel(port: string): string;
  pairing(line: string): string;
  readonly example: string;
}

const zh: InitWords = {
  found: (number, { host, address, state, file }) =>
    `  ${number}. ${host}：${address}，${zh.kernelState(state)}（${file}）`,
  noneFound: '没有在常见位置找到 Mihomo 内核的配置。',
  whichKernel: '用哪个内核？输入编号，或 0 手动填写',
  kernelAddress: '内核的 external-controller 地址',
  kernelSecret: '内核的 secret，没有就留空',
  serverAddress: 'VPS 上网关的地址，例如 https://vps.example.com',
  token: '令牌（VPS 上运行 flowcollect pair 可得）',
  deviceName: '这台设备的名字',
  routerName: '路由器的名字',
  subscriptions: '机场订阅链接，多个用逗号分开，可留空',
  mailAccount: '发日报的邮箱，可留空',
  mailPassword: '该邮箱的授权码',
  mailTo: '收日报的邮箱',
  withDocker: '用 Docker 运行吗？(y/n)',
  badCode: '配对码不完整：请把 flowcollect pair 打印的整行复制过来',
  badAddress: 'VPS 的地址只写协议和域名，例如 https://vps.example.com',
  grafanaPassword: 'Grafana 的密码',
  kernelState: (state) =>
    state.kind === 'answers'
      ? `有应答，版本 ${state.version}`
      : state.kind === 'wrong_secret'
        ? '有应答，但 secret 不对'
        : '没有应答',
  written: (file) => `已写入 ${file}（仅本用户可读）`,
  kept: (file) => `${file} 已存在：原有的键保留，只改写这里回答的`,
  checking: '检查：',
  nextOnDevice: ({ now, background }) => `下一步：${now}\n开机自动运行：${background}`,
  nextOnDocker: (commands) => `下一步，在 docker-compose.yml 旁边运行：\n  ${commands.join('\n  ')}`,
  nextOnServer: (file) => `下一步：sudo packaging/debian/install.sh ${file}（安装并启动全部服务）`,
  tunnel: (port) =>
    `在路由器上用 packaging/openwrt/flowcollect-tunnel 建立到本机的 SSH 隧道（本机端口 ${port}），见 docs/platforms/openwrt.zh-CN.md`,
  pairing: (line) => `然后为每台设备运行（设备名自定）：${line}`,
  example: '没有给出 VPS 的地址：以上命令里的 vps.example.com 只是示例，请换成您的域名',
};

const en: InitWords = {
  found: (number, { host, address, state, file }) =>
    `  ${number}. ${host}: ${address}, ${en.kernelState(state)} (${file})`,
  noneFound: 'No configuration of a Mihomo kernel was found in the usual places.',
  whichKernel: 'Which kernel? Its number, or 0 to type an address',
  kernelAddress: "Address of the kernel's external-controller",
  kernelSecret: "The kernel's secret; empty when it has none",
  serverAddress: 'Address of the gateway on your VPS, such as https://vps.example.com',
  token: 'Token (from "flowcollect pair" on the VPS)',
  deviceName: "This device's name",
  routerName: "The router's name",
  subscriptions: 'Subscription addresses, separated by commas; may be empty',
  mailAccount: 'Mail account that sends the report; may be empty',
  mailPassword: "That account's authorisation code",
  mailTo: 'Who gets the report',
  withDocker: 'Will it run with Docker? (y/n)',
  badCode: 'the pairing code is not whole: copy all of the line that "flowcollect pair" printed',
  badAddress: 'the address of the VPS is scheme and domain alone, such as https://vps.example.com',
  grafanaPassword: 'a password for Grafana',
  kernelState: (state) =>
    state.kind === 'answers'
      ? `answers, version ${state.version}`
      : state.kind === 'wrong_secret'
        ? 'answers, but not to this secret'
        : 'does not answer',
  written: (file) => `wrote ${file} (readable by this user alone)`,
  kept: (file) => `${file} exists: its keys stay, but for those answered here`,
  checking: 'Checks:',
  nextOnDevice: ({ now, background }) => `Next: ${now}\nIn the background: ${background}`,
  nextOnDocker: (commands) => `Next, beside docker-compose.yml:\n  ${commands.join('\n  ')}`,
  nextOnServer: (file) => `Next: sudo packaging/debian/install.sh ${file} (installs and starts every service)`,
  tunnel: (port) =>
    `On the router, packaging/openwrt/flowcollect-tunnel opens an SSH tunnel to this machine (port ${port} here); see docs/platforms/openwrt.md`,
  pairing: (line) => `Then, for every device (choose its name): ${line}`,
  example: 'No address of the VPS was given: in these commands, put your domain in the place of vps.example.com',
};

export const INIT_WORDS: Readonly<Record<'zh' | 'en', InitWords>> = { zh, en };
