import type { Text, TextTable } from '../core/language.ts';

/** What `config render`, `config watch` and `users sync` say. */
export const TEXTS = {
  configuration: [
    'Prometheus、Alertmanager 和 Grafana 的配置',
    'the configuration of Prometheus, Alertmanager and Grafana',
  ],
  config: ['配置文件', 'the settings file'],
  out: ['文件写到哪里', 'where the files are written'],
  render: [
    '按配置写出 prometheus.yml、alertmanager.yml、规则、模板和仪表盘',
    'write prometheus.yml, alertmanager.yml, rules, templates and dashboards by the settings',
  ],
  watch: [
    '现在写出，并在每次修改配置后重写，让各程序重新读取，直到被停止',
    'write them now and after each edit of the settings, and have the programs read them, until stopped',
  ],
  reload: ['要通知的程序，如 http://127.0.0.1:9090', 'programs to tell, such as http://127.0.0.1:9090'],
  unwritable: (path: string, code: string): Text => [
    `${path} 无法写入（${code}）；请检查 --out 和它的权限`,
    `${path} cannot be written (${code}); check --out and its permissions`,
  ],
  badReload: (given: string): Text => [
    `--reload ${given} 不是 http://127.0.0.1:9090 这样的地址`,
    `--reload ${given} is no address such as http://127.0.0.1:9090`,
  ],

  users: ['Grafana 的用户，各看各的', 'the users of Grafana, each with what is their own'],
  sync: [
    '在 Grafana 里为每个 [user.NAME] 建立组织、查看者、数据源和仪表盘',
    'make organisations, viewers, data sources and dashboards in Grafana for each [user.NAME]',
  ],
  grafana: ['Grafana 的地址', 'where Grafana answers'],
  admin: ['管理 Grafana 的帐号', 'the account that administers Grafana'],
  passwordFile: [
    '存放其密码的文件；没有则取 FLOWCOLLECT_GRAFANA_PASSWORD',
    'holds its password; else FLOWCOLLECT_GRAFANA_PASSWORD does',
  ],
  readerUrl: [
    'Grafana 所见的 ReadersListen；默认按配置',
    'where Grafana finds ReadersListen; by default as the settings say',
  ],
  badAddress: (option: string): Text => [
    `${option} 须为地址，如 http://127.0.0.1:3000，不含用户名`,
    `${option} must be an address such as http://127.0.0.1:3000, without a user in it`,
  ],
  noLabelProxy: [
    '没有设置 [server] LabelProxyAddr，谁也不能读取；见 docs/readers.zh-CN.md',
    '[server] LabelProxyAddr is not set, so nobody can read; see docs/readers.md',
  ],
  badReadersListen: [
    '[server] ReadersListen 须为地址，如 127.0.0.1:9104',
    '[server] ReadersListen must be an address such as 127.0.0.1:9104',
  ],
  noPassword: [
    '请用 --password-file 或 FLOWCOLLECT_GRAFANA_PASSWORD 给出 Grafana 管理员的密码',
    'give the password of Grafana’s administrator by --password-file or FLOWCOLLECT_GRAFANA_PASSWORD',
  ],
  unreadablePassword: (file: string, code: string): Text => [
    `--password-file ${file} 无法读取（${code}）`,
    `--password-file ${file} cannot be read (${code})`,
  ],
  nothingToChange: ['没有需要改的', 'nothing to change'],
  leftOut: (users: number): Text => [
    `${users} 个用户没有建好，见上文`,
    `${users} of the users could not be set up; see above`,
  ],

  gone: [
    '已不在配置中，组织和帐号都还在，请在 Grafana 中删除',
    'is not in the settings any more; the organisation and the account stay until you delete them in Grafana',
  ],
  organisation: ['组织', 'organisation'],
  badName: ([zh, en]: Text): Text => [`用户名${zh}，不能读取`, `cannot read: the name ${en}`],
  twin: (other: string): Text => [
    `与“${other}”只差大小写，在 Grafana 中是同一个帐号，请改名`,
    `differs from "${other}" in case only, which is one account to Grafana; rename one`,
  ],
  administrator: [
    '是 Grafana 管理员的帐号，请换一个用户名',
    'is an administrator of Grafana, who sees everybody; rename the user',
  ],
  mailOfAnother: ['是另一个帐号的邮箱，请换一个用户名', 'is the e-mail address of another account; rename the user'],
  elsewhereToo: (organisation: string, role: string): Text => [
    `还在组织“${organisation}”中（${role}），看得到那里的一切；若非有意，请在 Grafana 中移除`,
    `is ${role} of "${organisation}" too and sees all there; take that away in Grafana unless it is meant`,
  ],
  password: (password: string): Text => [`密码（仅显示这一次）\t${password}`, `password, shown this once\t${password}`],
  viewer: ['查看者', 'viewer'],
  noReaderToken: (command: string): Text => [
    `没有 ReaderToken：已停用，不会重新打开；要恢复，请先运行 ${command}，再运行一次`,
    `has no ReaderToken: it was revoked and stays so; run ${command} and then this again to let the user read`,
  ],
  dataSource: ['数据源', 'data source'],
  dataSourceWithToken: ['数据源和新的读者令牌', 'data source, with a new reader token'],
  boards: (count: number): Text => [`${count} 个仪表盘`, `${count} dashboards`],

  grafanaSilent: (address: string, code: string): Text => [
    `Grafana ${address} 没有应答（${code}）；请确认它在运行，且 --grafana 是它的地址`,
    `Grafana does not answer at ${address} (${code}); is it running, and is --grafana its address?`,
  ],
  notGrafana: (address: string, call: string): Text => [
    `${address} 对 ${call} 的应答不像 Grafana；请检查 --grafana`,
    `${address} answered ${call} as Grafana does not; is it Grafana?`,
  ],
  wrongPassword: (login: string): Text => [
    `Grafana 不接受 ${login} 的密码（401）；请改正密码，或用 --admin 指定帐号`,
    `Grafana does not take the password of ${login} (401); mend it or name the account with --admin`,
  ],
  elsewhere: (address: string, status: number): Text => [
    `${address} 转向了别处（${status}）；--grafana 请写 Grafana 自己的地址`,
    `${address} sends elsewhere (${status}); give Grafana's own address as --grafana`,
  ],
  refused: (status: number, call: string): Text => [
    `Grafana 对 ${call} 应答 ${status}`,
    `Grafana answered ${status} to ${call}`,
  ],
  needsAllOfGrafana: (login: string): Text => [
    `；${login} 须为整个 Grafana 的管理员`,
    `; ${login} must be an administrator of the whole Grafana`,
  ],
  tooOld: (version: string, oldest: string): Text => [
    `Grafana ${version} 太旧：需要 ${oldest} 或更新`,
    `Grafana ${version} is too old: ${oldest} or newer is needed`,
  ],
} as const satisfies TextTable;
