import type { Messages, Text } from '../core/language.ts';

/** What every command says of its arguments, its settings file and the ports it listens on. */
export const TEXTS = {
  config: { zh: '配置文件', en: 'the settings file' },
  json: { zh: '输出 JSON', en: 'print JSON' },
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

  portTaken: { zh: '已被其他程序占用', en: 'is taken by another program' },
  portForbidden: { zh: '需要更高的权限', en: 'needs more rights than this process has' },
  portUnusable: (code: string): Text => ({ zh: `无法使用（${code}）`, en: `cannot be used (${code})` }),
  /** @param setting such as `[server] ListenPort in ServerSetting.ini` */
  cannotListen: (place: string, { zh, en }: Text, setting: string): Text => ({
    zh: `${place} ${zh}，请修改 ${setting.replace(/^(.+) in (.+)$/, '$2 中的 $1')}`,
    en: `${place} ${en}; change ${setting}`,
  }),

  prometheusSilent: (address: string): Text => ({
    zh: `Prometheus（${address}）没有应答；请确认它在运行，并检查 [server] PrometheusAddr`,
    en: `Prometheus at ${address} does not answer; check that it runs, and [server] PrometheusAddr`,
  }),
  prometheusRefused: (address: string, said: string): Text => ({
    zh: `Prometheus（${address}）拒绝了查询：${said}`,
    en: `Prometheus at ${address} refused a query: ${said}`,
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
    zh: '不存在；可用 flowcollect init（device 或 server）生成，或从 setting.ini.example 复制，或用 --config 指定别的文件',
    en: 'does not exist; let flowcollect init (device or server) make it, copy setting.ini.example, or name another file with --config',
  },
  settingsUnreadable: (code: string): Text => ({
    zh: `无法读取（${code}），请检查它的权限`,
    en: `cannot be read (${code}); check its permissions`,
  }),
  settingsUnwritable: (code: string): Text => ({
    zh: `无法写入（${code}）；运行者须对其所在目录有写权限；在 docker-compose.yml 旁边：sudo chown -R 1000 config`,
    en: `cannot be written (${code}); its folder must let the user who runs this write to it; next to docker-compose.yml: sudo chown -R 1000 config`,
  }),
} as const satisfies Messages;
