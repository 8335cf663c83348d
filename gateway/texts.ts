import type { Messages, Text } from '../core/language.ts';

/** What is said of the gateway and its settings. */
export const TEXTS = {
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
