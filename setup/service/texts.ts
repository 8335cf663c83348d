import type { Messages, Text } from '../../core/language.ts';

/** What `service` says. */
export const TEXTS = {
  which: (services: string): Text => ({ zh: `哪个服务：${services}`, en: `which service: ${services}` }),
  user: { zh: '只为当前用户，不需要管理员权限', en: 'for the one who is signed in, without administrator rights' },
  install: { zh: '安装并启动；结束后会自动再启动', en: 'install, start, and start again whenever it ends' },
  config: {
    zh: '配置文件；默认是 ClientSetting.ini 或 ServerSetting.ini',
    en: 'the settings file; by default ClientSetting.ini or ServerSetting.ini',
  },
  uninstall: { zh: '停止并移除；设置和状态保留', en: 'stop and remove; settings and state stay' },
  status: { zh: '是否在运行', en: 'whether it runs' },
  unknownService: (given: string, services: string): Text => ({
    zh: `没有服务 ${given}；有 ${services}`,
    en: `there is no service ${given}; there is ${services}`,
  }),
  noSettings: (path: string, command: string): Text => ({
    zh: `${path} 不存在；请运行 ${command} 生成它，或用 --config 指定别的文件`,
    en: `${path} does not exist; make it by running: ${command}, or name another with --config`,
  }),
  noManager: {
    zh: '本系统没有可用的服务管理：systemd、procd、launchd、任务计划程序、Android 的开机脚本；请用系统自己的办法在开机时运行它',
    en: 'this system has no service manager that is known here: systemd, procd, launchd, the Task Scheduler, start scripts of Android; have it started by what the system has',
  },

  installed: (what: string): Text => ({ zh: `已安装并启动：${what}`, en: `installed and started: ${what}` }),
  logOfUser: (unit: string): Text => ({
    zh: `日志：journalctl --user -u ${unit}；不登录也运行：loginctl enable-linger`,
    en: `its log: journalctl --user -u ${unit}; to run without a session: loginctl enable-linger`,
  }),
  logOfSystem: (unit: string): Text => ({ zh: `日志：journalctl -u ${unit}`, en: `its log: journalctl -u ${unit}` }),
  logsOfParts: {
    zh: '各部分的日志：DataDir 里的 stack/logs',
    en: 'the logs of its parts: stack/logs in DataDir',
  },
  simulates: (settings: string, init: string): Text => ({
    zh: `${settings} 没有 [stack] Demo = off，它可能运行模拟的演示；请先运行 ${init}`,
    en: `${settings} has no Demo = off in [stack], so it might run a simulated demo; run this before: ${init}`,
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
    zh: `网关作为整机服务看不到 ${folder}，而令牌在那里面：请把设置移到人人可进入的目录，例如 /etc/flowcollect，或加 --user 安装`,
    en: `the gateway as a system service cannot look into ${folder}, where its tokens are: move the settings to a folder that everybody may enter, such as /etc/flowcollect, or install with --user`,
  }),
  installedScript: (script: string, log: string): Text => ({
    zh: `已安装并启动：${script}；日志：${log}`,
    en: `installed and started: ${script}; its log: ${log}`,
  }),
  logOfProcd: { zh: '日志：logread -e flowcollect', en: 'its log: logread -e flowcollect' },
  logByFile: {
    zh: '要看日志，请在设置里写 LocalLogFile',
    en: 'to see its log, name a LocalLogFile in the settings',
  },
  userScope: {
    zh: '这里没有登录会话的服务：请不加 --user，以 root 运行',
    en: 'there are no services of a session here: run it as root, without --user',
  },
  endsAtOnce: (name: string): Text => ({
    zh: `${name} 已安装，但没有运行起来；请检查：flowcollect doctor`,
    en: `${name} is installed but does not run; look for what is wrong with: flowcollect doctor`,
  }),
  notInstalled: (name: string): Text => ({ zh: `没有安装 ${name}`, en: `${name} is not installed` }),
  installedTask: (name: string): Text => ({
    zh: `已安装并启动：计划任务 ${name}`,
    en: `installed and started: scheduled task ${name}`,
  }),
  needsAdministrator: {
    zh: '整机服务需要以管理员身份打开的控制台；或加 --user',
    en: 'a service for the whole machine needs a console that was opened as administrator; or use --user',
  },
} as const satisfies Messages;
