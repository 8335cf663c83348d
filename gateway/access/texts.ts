import type { Messages, Text } from '../../core/language.ts';
import { TEXTS as COMMON } from '../../runtime/texts.ts';

/** What the commands say that make and revoke tokens. */
export const COMMAND_TEXTS = {
  config: COMMON.config,
  json: COMMON.json,
  device: { zh: '设备的 DeviceID', en: 'the DeviceID' },
  tokens: { zh: '设备推送用的令牌', en: 'the tokens that devices push with' },
  addToken: { zh: '生成令牌，只保存其哈希，并显示这一次', en: 'make a token, keep its hash, and print it once' },
  revokeToken: { zh: '收回令牌，立即生效', en: 'take a token away, at once' },
  listTokens: {
    zh: '谁可以推送：用户、设备、状态和备注，以制表符分隔',
    en: 'who may push, by tab-separated user, device, state and note',
  },
  tokenUser: { zh: '用户；不写设备时，令牌用于该用户的所有设备', en: 'the user; alone: for every device of that user' },
  note: { zh: '写在旁边的备注', en: 'a note next to it' },
  tokenShownOnce: {
    zh: '这是 [client] RemoteToken，仅显示这一次。',
    en: 'This is [client] RemoteToken; it is shown this once.',
  },
  tokenReplaces: {
    zh: '这是新的 [client] RemoteToken，仅显示这一次；原来的令牌已失效：仍用着它的设备推送会被拒绝，直到换上新的。',
    en: 'This is the new [client] RemoteToken; it is shown this once. The earlier one has ended: a device that still has it is refused until it gets this one.',
  },
  tokenRevoked: {
    zh: '已收回：运行中的网关两秒内就会拒绝它，不受 ServerSetting.ini 里其他错误的影响。该节和备注仍在，可用 token add 生成新的令牌。',
    en: 'Revoked: a running gateway refuses it within two seconds, whatever else is wrong in ServerSetting.ini. The section stays with its note, for another "token add".',
  },
  readers: { zh: '各用户的 Grafana 读取数据用的令牌', en: 'the tokens with which each user’s Grafana reads' },
  addReader: {
    zh: '为用户的 Grafana 生成读取令牌，只保存其哈希，并显示这一次',
    en: 'make the token with which a user’s Grafana reads, keep its hash, and print it once',
  },
  readerRevoked: {
    zh: '已收回：两秒后该用户就不能再读取。',
    en: 'Revoked: within two seconds the user reads no more.',
  },
  revokeReader: { zh: '不再让用户读取，立即生效', en: 'let a user read no more, at once' },
  listReaders: { zh: '谁可以读取，每行一个用户', en: 'who may read, one user a line' },
  user: { zh: '用户', en: 'the user' },
  readerShownOnce: {
    zh: '这是该用户数据源的密码，用户名即用户，仅显示这一次。',
    en: 'This is the password of the user’s data source, whose user name is the user; it is shown this once.',
  },
} as const satisfies Messages;

/** What is said of tokens, and of the settings that hold them or let somebody in. */
export const TEXTS = {
  otherUser: (section: string, user: string): Text => ({
    zh: `[${section}] 已属于用户 ${user}；请去掉 --user，或直接修改文件`,
    en: `[${section}] belongs to user ${user} already; leave --user out, or edit the file`,
  }),
  noUser: (given: string, known: string, file: string): Text => ({
    zh: `没有用户 ${given}；已有：${known}。新用户请先在 ${file} 里写上一行 [user.${given}]`,
    en: `there is no user ${given}; there are: ${known}. For a new one, write the line [user.${given}] into ${file} first`,
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
  nameColon: { zh: '不能含有“:”', en: 'must not contain ":"' },
  nameSpaces: { zh: '首尾不能是空格', en: 'must not begin or end with a space' },
  badSectionName: (kind: string, { zh, en }: Text): Text => ({
    zh: `“${kind}.”之后的名字${zh}`,
    en: `the name after "${kind}." ${en}`,
  }),
  unknownUser: {
    zh: '所写的用户没有自己的节；请加上 [user.NAME]，或改正名字',
    en: 'names a user without a section; add [user.NAME], or fix the name',
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
  needsBeside: (key: string): Text => ({ zh: `还需要设置 ${key}`, en: `needs ${key} next to it` }),
  tokensGone: {
    zh: '已不存在；请放回原处，或重启网关，此后不再有它',
    en: 'does not exist any more; put it back, or restart the gateway to go on without it',
  },
  adminTokenPushes: {
    zh: '与设备推送用的令牌相同；请另换一个',
    en: 'is a token that devices push with too; make another one',
  },
} as const satisfies Messages;
