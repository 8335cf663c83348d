import type { Messages, Text } from '../core/language.ts';
import { TEXTS as COMMON } from '../runtime/texts.ts';
import type { RefusalCode } from './http/problem.ts';

/** What the gateway's commands say. */
export const TEXTS = {
  gateway: {
    zh: 'Pushgateway 前面核对令牌的入口，直到被停止',
    en: 'the authenticated door in front of Pushgateway, until it is stopped',
  },
  config: COMMON.config,

  tokens: { zh: '设备推送用的令牌', en: 'the tokens that devices push with' },
  addToken: { zh: '生成令牌，只保存其哈希，并显示这一次', en: 'make a token, keep its hash, and print it once' },
  revokeToken: { zh: '收回令牌，立即生效', en: 'take a token away, at once' },
  listTokens: {
    zh: '谁可以推送：用户、设备、状态和备注，以制表符分隔',
    en: 'who may push, by tab-separated user, device, state and note',
  },
  tokenUser: { zh: '用户；不写设备时，令牌用于该用户的所有设备', en: 'the user; alone: for every device of that user' },
  device: { zh: '设备的 DeviceID', en: 'the DeviceID' },
  note: { zh: '写在旁边的备注', en: 'a note beside it' },
  tokenShownOnce: {
    zh: '这是 [client] RemoteToken，仅显示这一次。',
    en: 'This is [client] RemoteToken; it is shown this once.',
  },
  tokenRevoked: {
    zh: '已收回：运行中的网关随即拒绝它。该节和备注仍在，可用 token add 生成新的令牌。',
    en: 'Revoked: a running gateway refuses it from now on. The section stays with its note, for another "token add".',
  },

  readers: { zh: '各用户的 Grafana 读取数据用的令牌', en: 'the tokens with which each user’s Grafana reads' },
  addReader: {
    zh: '为用户的 Grafana 生成读取令牌，只保存其哈希，并显示这一次',
    en: 'make the token with which a user’s Grafana reads, keep its hash, and print it once',
  },
  readerRevoked: { zh: '已收回：该用户随即不能再读取。', en: 'Revoked: the user reads no more from now on.' },
  revokeReader: { zh: '不再让用户读取，立即生效', en: 'let a user read no more, at once' },
  listReaders: { zh: '谁可以读取，每行一个用户', en: 'who may read, one user a line' },
  user: { zh: '用户', en: 'the user' },
  readerShownOnce: {
    zh: '这是该用户数据源的密码，用户名即用户，仅显示这一次。',
    en: 'This is the password of the user’s data source, whose user name is the user; it is shown this once.',
  },

  rebase: {
    zh: '允许设备的计数回落一次：它的下一次推送作为重置',
    en: 'let the counters of a device fall, once: its next push is a reset',
  },
  rebased: {
    zh: '已重置：该设备的下一次推送将作为新的起点。',
    en: 'Rebased: the next push of this device is a new beginning.',
  },
  retire: {
    zh: '放下不再使用的设备，前提是它的总量已存入 Prometheus',
    en: 'let go of a device that is gone, after its totals are in Prometheus',
  },
  retired: { zh: '已退役：总量保存在 Prometheus 中。', en: 'Retired: its totals are kept by Prometheus.' },
  deviceUser: {
    zh: '设备属于谁；默认是其 [device.ID] 一节的用户',
    en: 'whose device; by default the user of its [device.ID] section',
  },
  needsAdminToken: {
    zh: '请设置 [server] AdminToken；文件里只有哈希时，用环境变量 FLOWCOLLECT_ADMIN_TOKEN 给出令牌',
    en: 'set [server] AdminToken; where the file holds its hash, give the token as FLOWCOLLECT_ADMIN_TOKEN',
  },
  noGateway: (origin: string, code: string): Text => ({
    zh: `网关 ${origin} 没有应答（${code}），请在本机启动它`,
    en: `the gateway does not answer at ${origin} (${code}); start it on this machine`,
  }),
  oddAnswer: (status: number): Text => ({ zh: `网关应答 ${status}`, en: `the gateway answered ${status}` }),

  certificate: (code: string): Text => ({
    zh: `[server] TlsCert 与 TlsKey 无法使用（${code}）：两者须为可读的 PEM 文件，且属于同一张证书`,
    en: `[server] TlsCert and TlsKey cannot be used (${code}): both must be readable PEM files that belong together`,
  }),
} as const satisfies Messages;

/** Why a device was not rebased or retired, by the code of the refusal. The gateway itself answers in English. */
export const REFUSED_TEXTS: Readonly<Partial<Record<RefusalCode, string>>> = {
  unauthorized: '令牌不是 [server] AdminToken，或不是在网关所在的机器上运行',
  bad_path: '用户名或设备名无效',
  not_found: '网关没有收到过这台设备的推送，请检查用户和 DeviceID',
  still_pushing: '设备一分钟内还在推送；请停止它的采集器，等一分钟再试',
  not_stored_yet: '设备最后的值还没有确认存入 Prometheus；请确认 Pushgateway 和 Prometheus 在运行，稍后再试',
  prometheus_down: 'Prometheus 没有应答；请启动它，或修改 [server] PrometheusAddr',
  pushgateway_down: 'Pushgateway 没有应答，请启动它',
  busy: '这台设备的推送还在排队，稍后再试',
  storage_failed: '网关无法读写它的磁盘，请检查 [server] DataDir',
};

/** What is said of tokens that cannot be made or revoked. */
export const TOKEN_TEXTS = {
  badNote: { zh: '备注须为一行，且不能以逗号结尾', en: 'a note is one line that does not end in a comma' },
  otherUser: (section: string, user: string): Text => ({
    zh: `[${section}] 已属于用户 ${user}；请去掉 --user，或直接修改文件`,
    en: `[${section}] belongs to user ${user} already; leave --user out, or edit the file`,
  }),
  nothingToRevoke: (section: string): Text => ({
    zh: `[${section}] 没有令牌；“token list”列出已有的`,
    en: `[${section}] has no token; "token list" shows those there are`,
  }),
  noReader: (section: string): Text => ({
    zh: `[${section}] 没有 ReaderToken；“reader list”列出已有的`,
    en: `[${section}] has no ReaderToken; "reader list" shows those there are`,
  }),
  badName: ({ zh, en }: Text): Text => ({ zh: `名字${zh}`, en: `the name ${en}` }),
  noOwner: {
    zh: '请说明是谁的令牌：--device ID、--user 名字，或两者',
    en: 'say whose token: --device ID, --user NAME, or both',
  },
  unwritableName: {
    zh: '这个名字不能用作节名；请只用 --user，把令牌给它的用户',
    en: 'a section cannot hold this name; give a token to its user instead, with --user alone',
  },
  unsafeEdit: {
    zh: '文件的写法无法安全地自动修改，请手工修改这一节',
    en: 'the file is written in a way that cannot be edited safely; edit the section by hand',
  },
  nameColon: { zh: '不能含有“:”', en: 'must not contain ":"' },
  nameSpaces: { zh: '首尾不能是空格', en: 'must not begin or end with a space' },
} as const satisfies Messages;

/** What is said of the gateway's settings. */
export const SETTINGS_TEXTS = {
  nobodyCanPush: (command: string): Text => ({
    zh: `缺少此项：请写一个足够长的随机令牌，或运行 ${command}；没有令牌，谁也不能推送`,
    en: `is missing: add one, long and random, or run: ${command}; without a token nobody can push`,
  }),
  tokensInTheClear: {
    zh: '以明文从网络接收令牌；请设置 TlsCert 和 TlsKey，或在前面加 TLS 并只监听 127.0.0.1（用 docker-compose.yml 时前面有 Caddy，保持现状即可）',
    en: 'takes tokens unencrypted from the network; set TlsCert and TlsKey, or put TLS in front and listen on 127.0.0.1 (with docker-compose.yml Caddy is in front, and this is as it should be)',
  },
  readersInTheClear: {
    zh: '以明文接收读取令牌；请监听 127.0.0.1，或只有 Grafana 能到达的网络（docker-compose.yml 里就有这样一个，别的机器到不了）',
    en: 'takes readers’ tokens unencrypted; listen on 127.0.0.1, or on a network that Grafana alone reaches (docker-compose.yml has one that no other machine reaches)',
  },
  exampleToken: {
    zh: '是示例里的令牌，人人皆知；请换成自己的',
    en: 'is the one of the example, which everybody knows; make your own',
  },
  needsBeside: (key: string): Text => ({ zh: `还需要设置 ${key}`, en: `needs ${key} beside it` }),
  adminTokenPushes: {
    zh: '与设备推送用的令牌相同；请另换一个',
    en: 'is a token that devices push with too; make another one',
  },
  badSectionName: (kind: string, { zh, en }: Text): Text => ({
    zh: `“${kind}.”之后的名字${zh}`,
    en: `the name after "${kind}." ${en}`,
  }),
  unknownUser: {
    zh: '所写的用户没有自己的节；请加上 [user.NAME]，或改正名字',
    en: 'names a user without a section; add [user.NAME], or mend the name',
  },
  sameToken: {
    zh: '与另一节的令牌相同；请各用各的',
    en: 'is the token of another section too; make a new one for each',
  },
  badReaderName: ({ zh, en }: Text): Text => ({
    zh: `需要给用户换个名字：用户名${zh}`,
    en: `needs another name of the user: it ${en}`,
  }),
  sameReaderToken: {
    zh: '是别人或某台设备的令牌；请另换一个',
    en: 'is a token of somebody else or of a device; make a new one',
  },
} as const satisfies Messages;
