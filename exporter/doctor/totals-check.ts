import type { KernelApi } from '../kernel/api.ts';
import { FrameError } from '../kernel/decoder/parsed-frame.ts';
import { decodeTotals } from '../kernel/traffic-stream.ts';
import { type Finding, good, warning } from './finding.ts';

/**
 * Whether the kernel tells its totals between frames, which it does each second.
 *
 * @param patience milliseconds
 */
export async function checkTotals(api: KernelApi, patience: number): Promise<Finding> {
  let told: 'nothing' | 'rates' | 'totals' = 'nothing';
  const stop = new AbortController();
  await api.follow({
    path: '/traffic',
    signal: AbortSignal.any([stop.signal, AbortSignal.timeout(patience)]),
    onMessage(message) {
      told = tells(message);
      stop.abort();
    },
  });
  return finding(told);
}

function tells(message: Uint8Array): 'nothing' | 'rates' | 'totals' {
  try {
    return decodeTotals(message) === undefined ? 'rates' : 'totals';
  } catch (error) {
    if (!(error instanceof FrameError)) throw error;
    return 'nothing';
  }
}

function finding(told: 'nothing' | 'rates' | 'totals'): Finding {
  switch (told) {
    case 'totals':
      return good({
        zh: '/traffic 每秒通报总量：内核重启漏不掉一秒的流量',
        en: '/traffic tells its totals: a restart of the kernel hides less than a second',
      });
    case 'rates':
      return warning({
        zh: '内核太旧，/traffic 里没有总量：它重启时会漏掉最后一帧之后的流量；请升级到 2025 年 12 月以后的内核',
        en: 'the kernel is too old to tell its totals in /traffic: a restart of it hides what moved after the last frame; update it to one of December 2025 or later',
      });
    case 'nothing':
      return warning({
        zh: '收不到 /traffic（WebSocket）：内核重启时会漏掉最后一帧之后的流量；请检查内核前的反向代理',
        en: '/traffic cannot be heard by WebSocket: a restart of the kernel hides what moved after the last frame; look at any proxy in front of the kernel',
      });
  }
}
