import type { Text } from '../../core/language.ts';
import { isExhausted } from '../../runtime/error-code.ts';
import { TEXTS } from '../../runtime/texts.ts';
import type { DeviceConfig } from '../config.ts';

/** Why a push or a read-back did not succeed. */
export type PushProblem =
  /** The gateway cannot be reached; the system's code, and whether what listens there speaks no TLS. */
  | { readonly kind: 'unreachable'; readonly code: string; readonly noTls?: boolean }
  /** 401. */
  | { readonly kind: 'wrong_token' }
  /** The token is good for another DeviceID alone. */
  | { readonly kind: 'token_of_another_device' }
  /** Another exporter pushes under this DeviceID; when the gateway lets this one in should that one push no more, in milliseconds. */
  | { readonly kind: 'held_by_another_state'; readonly freeIn: number }
  /** The gateway holds more than was pushed; which series, where it says so. */
  | { readonly kind: 'fell_behind'; readonly detail: string }
  /** The gateway keeps as many devices and series of this user as it can. */
  | { readonly kind: 'no_room' }
  /** 413. */
  | { readonly kind: 'too_large' }
  /** Another 4xx: sending the same again would not help. */
  | { readonly kind: 'refused'; readonly status: number; readonly detail: string }
  /** 5xx or 429: the gateway, or Pushgateway behind it, is in trouble. */
  | { readonly kind: 'unavailable'; readonly status: number; readonly detail: string }
  /** The read-back is not what a gateway sends. */
  | { readonly kind: 'bad_answer'; readonly detail: string }
  /** The exporter failed before it could push. */
  | { readonly kind: 'defect'; readonly detail: string };

/** The gateway as configured, and the section of the device. */
export type PushSettings = Pick<DeviceConfig, 'RemoteServer' | 'section'>;

/** What is wrong, where, and how to fix it, in one line. */
export function describePushProblem(problem: PushProblem, { RemoteServer: origin, section }: PushSettings): Text {
  const init = section === 'client' ? 'init device' : 'init router';
  switch (problem.kind) {
    case 'unreachable':
      // Nothing is wrong with the address or the network then.
      if (isExhausted(problem.code)) return TEXTS.noDescriptor(problem.code);
      if (problem.noTls === true) {
        return {
          zh: `${origin} 的这个端口说的是明文 HTTP，不是 TLS：请在服务器上配置 TLS，或把 [client] RemoteServer 的 https:// 改成 http://（令牌会明文传输）；流量继续记账，恢复后补推`,
          en: `this port of ${origin} speaks plain HTTP and no TLS: set up TLS on the server, or write http:// for https:// in [client] RemoteServer (tokens then travel in the clear); counting goes on, nothing is lost`,
        };
      }
      return {
        zh: `网关 ${origin} 无法连接（${problem.code}）：请检查 [client] RemoteServer 和网络；流量继续记账，恢复后补推`,
        en: `the gateway ${origin} cannot be reached (${problem.code}): check [client] RemoteServer and the network; counting goes on, nothing is lost`,
      };
    case 'wrong_token':
      return {
        zh: `网关 ${origin} 拒绝了令牌（401）：请把 [${section}] RemoteToken 改成服务器的 ServerToken，或用服务器上 flowcollect pair 打印的新配对码再运行 ${init}`,
        en: `the gateway ${origin} refuses the token (401): make [${section}] RemoteToken the same as its ServerToken, or run ${init} with a new code of "flowcollect pair" on the server`,
      };
    case 'token_of_another_device':
      return {
        zh: `网关 ${origin} 说这个令牌属于另一个 DeviceID（403）：请改回它的 [${section}] DeviceID，或用服务器上 flowcollect pair 为这个名字打印的配对码再运行 ${init}`,
        en: `the gateway ${origin} says the token is of another DeviceID (403): put that [${section}] DeviceID back, or run ${init} with a code that "flowcollect pair" on the server makes for this name`,
      };
    case 'held_by_another_state':
      return {
        zh: `另一台设备正在用同一个 DeviceID 推送：请给其中一台改 [${section}] DeviceID；若是刚重装，旧的停止推送满一分钟后自动接管`,
        en: `another exporter pushes under this DeviceID: give one of them another [${section}] DeviceID; after a reinstallation this one takes over a minute after the last push of the former`,
      };
    case 'fell_behind':
      return {
        zh: `网关已有的计数比本机多（${problem.detail}）：正在从网关取回后继续`,
        en: `the gateway holds more than this exporter (${problem.detail}): taking its counters and going on from there`,
      };
    case 'no_room':
      return {
        zh: `网关 ${origin} 没有余量保存这个用户更多的设备或序列（403）：请在服务器上用 flowcollect gateway retire 让不再使用的设备退役，给网关更多内存，或调小 [client] FamilyCap；流量继续记账，有余量后补推`,
        en: `the gateway ${origin} has no room for more devices or series of this user (403): on the server, retire devices that are gone with flowcollect gateway retire or give the gateway more memory, or lower [client] FamilyCap; counting goes on, nothing is lost`,
      };
    case 'too_large':
      return {
        zh: `网关 ${origin} 认为推送太大（413）：节点或维度过多，请检查网关前代理的大小限制`,
        en: `the gateway ${origin} finds the push too large (413): too many series, or a size limit of a proxy in front of it`,
      };
    case 'refused':
      return {
        zh: `网关 ${origin} 拒绝推送（${problem.status} ${problem.detail}）：请检查 [client] RemoteServer 与 DeviceID，两端版本应一致`,
        en: `the gateway ${origin} refuses the push (${problem.status} ${problem.detail}): check [client] RemoteServer and DeviceID, and that both ends are of one version`,
      };
    case 'unavailable':
      return {
        zh: `网关 ${origin} 暂不可用（${problem.status} ${problem.detail}）：请检查服务器上的网关与 Pushgateway；恢复后补推`,
        en: `the gateway ${origin} is not available (${problem.status} ${problem.detail}): look at the gateway and Pushgateway on the server; nothing is lost`,
      };
    case 'bad_answer':
      return {
        zh: `${origin} 的应答不是网关的（${problem.detail}）：请检查 [client] RemoteServer`,
        en: `${origin} does not answer as a gateway does (${problem.detail}): check [client] RemoteServer`,
      };
    case 'defect':
      return {
        zh: `本程序出错，没有推送（${problem.detail}）：请升级，或带上这行日志报告问题；流量继续记账`,
        en: `this exporter failed before it could push (${problem.detail}): update it, or report this line; counting goes on`,
      };
  }
}
