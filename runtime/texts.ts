import type { Text, TextTable } from '../core/language.ts';

/** What every command says of its arguments, its settings file and the ports it listens on. */
export const TEXTS = {
  help: ['显示帮助', 'display help for command'],
  seeHelp: (command: string): Text => [`用法见 ${command}`, `see ${command}`],
  languageOption: [
    '输出的语言；默认取配置文件的 Language，没有则为 zh',
    'of what is printed; by default Language of the settings file, else zh',
  ],
  wrongLanguage: (given: string): Text => [
    `--language ${given}：须为 zh 或 en`,
    `--language ${given}: must be zh or en`,
  ],

  portTaken: ['已被其他程序占用', 'is taken by another program'],
  portForbidden: ['需要更高的权限', 'needs more rights than this process has'],
  portUnusable: (code: string): Text => [`无法使用（${code}）`, `cannot be used (${code})`],
  /** @param setting such as `[server] ListenPort in ServerSetting.ini` */
  cannotListen: (place: string, [zh, en]: Text, setting: string): Text => [
    `${place} ${zh}，请修改 ${setting.replace(/^(.+) in (.+)$/, '$2 中的 $1')}`,
    `${place} ${en}; change ${setting}`,
  ],

  prometheusSilent: (address: string): Text => [
    `Prometheus（${address}）没有应答；请确认它在运行，并检查 [server] PrometheusAddr`,
    `Prometheus at ${address} does not answer; check that it runs, and [server] PrometheusAddr`,
  ],
  prometheusRefused: (address: string, said: string): Text => [
    `Prometheus（${address}）拒绝了查询：${said}`,
    `Prometheus at ${address} refused a query: ${said}`,
  ],
  notPrometheus: (address: string, status: number): Text => [
    `${address} 应答 ${status}，不像 Prometheus；请检查 [server] PrometheusAddr`,
    `${address} answered ${status} and not as Prometheus does; check [server] PrometheusAddr`,
  ],

  /** @param lock the file that says so */
  locked: (path: string, lock: string): Text => [
    `${path} 正在被另一个命令修改；如果没有别的 flowcollect 命令在运行，请删除 ${lock}`,
    `${path} is being changed by another command; if no other command of flowcollect runs, remove ${lock}`,
  ],

  settingsMissing: [
    '不存在；可用 flowcollect init（device 或 server）生成，或从 setting.ini.example 复制，或用 --config 指定别的文件',
    'does not exist; let flowcollect init (device or server) make it, copy setting.ini.example, or name another file with --config',
  ],
  settingsUnreadable: (code: string): Text => [
    `无法读取（${code}），请检查它的权限`,
    `cannot be read (${code}); check its permissions`,
  ],
  settingsUnwritable: (code: string): Text => [
    `无法写入（${code}）；运行者须对其所在目录有写权限；在 docker-compose.yml 旁边：sudo chown -R 1000 config`,
    `cannot be written (${code}); its folder must let the user who runs this write to it; beside docker-compose.yml: sudo chown -R 1000 config`,
  ],
} as const satisfies TextTable;
