import type { Messages, Text } from '../core/language.ts';
import { TEXTS as COMMON } from '../runtime/texts.ts';

/** What `config render`, `config watch` and `users sync` say. */
export const TEXTS = {
  config: COMMON.config,
  json: COMMON.json,
  out: { zh: '文件写到哪里', en: 'where the files are written' },
  render: {
    zh: '按配置写出 prometheus.yml、alertmanager.yml、规则、模板和仪表盘',
    en: 'write prometheus.yml, alertmanager.yml, rules, templates and dashboards by the settings',
  },
  watch: {
    zh: '现在写出，并在每次修改配置后重写，让各程序重新读取，直到被停止',
    en: 'write them now and after each edit of the settings, and have the programs read them, until stopped',
  },
  reload: { zh: '要通知的程序，如 http://127.0.0.1:9090', en: 'programs to tell, such as http://127.0.0.1:9090' },
  unwritable: (path: string, code: string): Text => ({
    zh: `${path} 无法写入（${code}）；请检查 --out 和它的权限`,
    en: `${path} cannot be written (${code}); check --out and its permissions`,
  }),
  badReload: (given: string): Text => ({
    zh: `--reload ${given} 不是 http://127.0.0.1:9090 这样的地址`,
    en: `--reload ${given} is no address such as http://127.0.0.1:9090`,
  }),

  sync: {
    zh: '在 Grafana 里为每个 [user.NAME] 建立组织、查看者、数据源和仪表盘',
    en: 'make organisations, viewers, data sources and dashboards in Grafana for each [user.NAME]',
  },
  grafana: { zh: 'Grafana 的地址', en: 'where Grafana answers' },
  admin: { zh: '管理 Grafana 的账号', en: 'the account that administers Grafana' },
  passwordFile: {
    zh: '存放其密码的文件；没有则取 FLOWCOLLECT_GRAFANA_PASSWORD',
    en: 'holds its password; else FLOWCOLLECT_GRAFANA_PASSWORD does',
  },
  readerUrl: {
    zh: 'Grafana 所见的 ReadersListen；默认按配置',
    en: 'where Grafana finds ReadersListen; by default as the settings say',
  },
  badAddress: (option: string): Text => ({
    zh: `${option} 须为地址，如 http://127.0.0.1:3000，不含用户名`,
    en: `${option} must be an address such as http://127.0.0.1:3000, without a user in it`,
  }),
  noLabelProxy: {
    zh: '没有设置 [server] LabelProxyAddr，谁也不能读取；见 docs/readers.zh-CN.md',
    en: '[server] LabelProxyAddr is not set, so nobody can read; see docs/readers.md',
  },
  badReadersListen: {
    zh: '[server] ReadersListen 须为地址，如 127.0.0.1:9104',
    en: '[server] ReadersListen must be an address such as 127.0.0.1:9104',
  },
  noPassword: {
    zh: '请用 --password-file 或 FLOWCOLLECT_GRAFANA_PASSWORD 给出 Grafana 管理员的密码',
    en: 'give the password of Grafana’s administrator by --password-file or FLOWCOLLECT_GRAFANA_PASSWORD',
  },
  unreadablePassword: (file: string, code: string): Text => ({
    zh: `--password-file ${file} 无法读取（${code}）`,
    en: `--password-file ${file} cannot be read (${code})`,
  }),
  anonymous: (address: string): Text => ({
    zh: `Grafana ${address} 允许匿名访问：不登录的人也看得到仪表盘；请设 GF_AUTH_ANONYMOUS_ENABLED=false`,
    en: `Grafana at ${address} has anonymous access on: whoever reaches it sees dashboards without an account; set GF_AUTH_ANONYMOUS_ENABLED=false`,
  }),
  nothingToChange: { zh: '没有需要改的', en: 'nothing to change' },
  leftOut: (users: number): Text => ({
    zh: `${users} 个用户没有建好，见上文`,
    en: `${users} of the users could not be set up; see above`,
  }),

  gone: {
    zh: '已不在配置中，组织和账号都还在，请在 Grafana 中删除',
    en: 'is not in the settings any more; the organisation and the account stay until you delete them in Grafana',
  },
  organisation: { zh: '组织', en: 'organisation' },
  badName: ({ zh, en }: Text): Text => ({ zh: `用户名${zh}，不能读取`, en: `cannot read: the name ${en}` }),
  twin: (other: string): Text => ({
    zh: `与“${other}”只差大小写，在 Grafana 中是同一个账号，请改名`,
    en: `differs from "${other}" in case only, which is one account to Grafana; rename one`,
  }),
  administrator: {
    zh: '是 Grafana 管理员的账号，请换一个用户名',
    en: 'is an administrator of Grafana, who sees everybody; rename the user',
  },
  mailOfAnother: {
    zh: '是另一个账号的邮箱，请换一个用户名',
    en: 'is the e-mail address of another account; rename the user',
  },
  elsewhereToo: (organisation: string, role: string): Text => ({
    zh: `还在组织“${organisation}”中（${role}），看得到那里的一切；若非有意，请在 Grafana 中移除`,
    en: `is ${role} of "${organisation}" too and sees all there; take that away in Grafana unless it is meant`,
  }),
  password: (password: string): Text => ({
    zh: `密码（仅显示这一次）\t${password}`,
    en: `password, shown this once\t${password}`,
  }),
  viewer: { zh: '查看者', en: 'viewer' },
  noReaderToken: (command: string): Text => ({
    zh: `没有 ReaderToken：已停用，不会重新打开；要恢复，请先运行 ${command}，再运行一次`,
    en: `has no ReaderToken: it was revoked and stays so; run ${command} and then this again to let the user read`,
  }),
  preferences: { zh: '首页和语言', en: 'home and language' },
  dataSource: { zh: '数据源', en: 'data source' },
  dataSourceWithToken: { zh: '数据源和新的读者令牌', en: 'data source, with a new reader token' },
  dashboards: (count: number): Text => ({ zh: `${count} 个仪表盘`, en: `${count} dashboards` }),

  grafanaSilent: (address: string, code: string): Text => ({
    zh: `Grafana ${address} 没有应答（${code}）；请确认它在运行，且 --grafana 是它的地址`,
    en: `Grafana does not answer at ${address} (${code}); is it running, and is --grafana its address?`,
  }),
  notGrafana: (address: string, call: string): Text => ({
    zh: `${address} 对 ${call} 的应答不像 Grafana；请检查 --grafana`,
    en: `${address} answered ${call} as Grafana does not; is it Grafana?`,
  }),
  wrongPassword: (login: string): Text => ({
    zh: `Grafana 不接受 ${login} 的密码（401）；请改正密码，或用 --admin 指定账号`,
    en: `Grafana does not take the password of ${login} (401); fix it or name the account with --admin`,
  }),
  elsewhere: (address: string, status: number): Text => ({
    zh: `${address} 转向了别处（${status}）；--grafana 请写 Grafana 自己的地址`,
    en: `${address} sends elsewhere (${status}); give Grafana's own address as --grafana`,
  }),
  refused: (status: number, call: string): Text => ({
    zh: `Grafana 对 ${call} 应答 ${status}`,
    en: `Grafana answered ${status} to ${call}`,
  }),
  needsAllOfGrafana: (login: string): Text => ({
    zh: `；${login} 须为整个 Grafana 的管理员`,
    en: `; ${login} must be an administrator of the whole Grafana`,
  }),
  tooOld: (version: string, oldest: string): Text => ({
    zh: `Grafana ${version} 太旧：需要 ${oldest} 或更新`,
    en: `Grafana ${version} is too old: ${oldest} or newer is needed`,
  }),
} as const satisfies Messages;
