import type { Messages, Text } from '../../core/language.ts';

/** What `service` says. */
export const TEXTS = {
  which: { zh: '哪个服务：exporter、gateway 或 auditor', en: 'which: exporter, gateway or auditor' },
  user: { zh: '只为当前用户，不需要管理员权限', en: 'for the one who is signed in, without administrator rights' },
  install: { zh: '安装并启动；结束后会自动再启动', en: 'install, start, and start again whenever it ends' },
  config: {
    zh: '配置文件；默认是 ClientSetting.ini 或 ServerSetting.ini',
    en: 'the settings file; by default ClientSetting.ini or ServerSetting.ini',
  },
  uninstall: { zh: '停止并移除；设置和状态保留', en: 'stop and remove; settings and state stay' },
  status: { zh: '是否在运行', en: 'whether it runs' },
  unknownService: (given: string): Text => ({
    zh: `没有服务 ${given}；有 exporter、gateway 和 auditor`,
    en: `there is no service ${given}; there are exporter, gateway and auditor`,
  }),
  noSettings: (path: string, command: string): Text => ({
    zh: `${path} 不存在；请运行 ${command} 生成它，或用 --config 指定别的文件`,
    en: `${path} does not exist; make it by running: ${command}, or name another with --config`,
  }),
  noKeeper: {
    zh: '本系统没有 systemd，也没有任务计划程序；OpenWrt 和 Android 的脚本在 packaging/ 里',
    en: 'this system has neither systemd nor the Task Scheduler; packaging/ has scripts for OpenWrt and Android',
  },

  installed: (what: string): Text => ({ zh: `已安装并启动：${what}`, en: `installed and started: ${what}` }),
  logOfUser: (unit: string): Text => ({
    zh: `日志：journalctl --user -u ${unit}；不登录也运行：loginctl enable-linger`,
    en: `its log: journalctl --user -u ${unit}; to run without a session: loginctl enable-linger`,
  }),
  logOfSystem: (unit: string): Text => ({
    zh: `日志：journalctl -u ${unit}；状态：/var/lib/${unit}`,
    en: `its log: journalctl -u ${unit}; its state: /var/lib/${unit}`,
  }),
  uninstalled: (what: string): Text => ({
    zh: `已移除：${what}；设置和状态保留在原处`,
    en: `uninstalled: ${what}; settings and state were left where they are`,
  }),
  needsRoot: {
    zh: '整机服务需要 root：请用 sudo 运行，或加 --user',
    en: 'a service for the whole machine needs root: run it with sudo, or use --user',
  },
  needsSession: (said: string): Text => ({
    zh: `${said}：加 --user 时，请以自己的身份、在登录的会话中运行（不用 sudo，也不经 su）`,
    en: `${said}: with --user, run it as yourself, without sudo, in a session that you signed in to (not by su)`,
  }),
  doesNotRun: (unit: string): Text => ({
    zh: `${unit} 已安装，但没有运行起来；systemd 会继续尝试：`,
    en: `${unit} is installed but does not run; systemd goes on trying:`,
  }),
  hidden: (path: string): Text => ({
    zh: `整机服务看不到 ${path}：请放到 /usr/local 或 /opt 之下，或加 --user 安装`,
    en: `a system service cannot see ${path}: put it below /usr/local or /opt, or install with --user`,
  }),
  hiddenTokens: (folder: string): Text => ({
    zh: `网关作为整机服务看不到 ${folder}，而令牌在那里面：请把设置移到人人可进入的文件夹，例如 /etc/flowcollect，或加 --user 安装`,
    en: `the gateway as a system service cannot look into ${folder}, where its tokens are: move the settings to a folder that everybody may enter, such as /etc/flowcollect, or install with --user`,
  }),
  installedTask: (name: string): Text => ({
    zh: `已安装并启动：计划任务 ${name}`,
    en: `installed and started: scheduled task ${name}`,
  }),
  needsAdministrator: {
    zh: '整机服务需要以管理员身份打开的控制台；或加 --user',
    en: 'a service for the whole machine needs a console that was opened as administrator; or use --user',
  },
} as const satisfies Messages;
