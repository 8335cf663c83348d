/** Why a kernel cannot be read. */
export type KernelProblem =
  /** Nothing listens at the address: the kernel is not running, or listens elsewhere. */
  | { readonly kind: 'refused' }
  /** No answer for another reason, such as a name that does not resolve or a time-out; the system's code. */
  | { readonly kind: 'unreachable'; readonly code: string }
  /** The kernel answered 401. */
  | { readonly kind: 'wrong_secret' }
  /** Something answers that is not a Mihomo kernel. */
  | { readonly kind: 'not_a_kernel'; readonly detail: string }
  /** The kernel's message cannot be accounted; which path of it and why. */
  | { readonly kind: 'bad_frame'; readonly detail: string };

/** The state of the link to a kernel. */
export type KernelLink =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'up'; readonly version: string; readonly via: 'websocket' | 'get' }
  | { readonly kind: 'down'; readonly problem: KernelProblem };

type Language = 'zh' | 'en';

/**
 * What is wrong, where, and how to mend it, in one line.
 *
 * @param address the kernel's address as configured, without its secret
 */
export function describeKernelProblem(problem: KernelProblem, address: string, language: Language): string {
  const zh = language === 'zh';
  switch (problem.kind) {
    case 'refused':
      return zh
        ? `${address} 无人监听：请启动 Mihomo 内核，或检查 [client] MihomoAPIAddr 是否与内核的 external-controller 一致`
        : `nothing listens at ${address}: start the Mihomo kernel, or make [client] MihomoAPIAddr the same as its external-controller`;
    case 'unreachable':
      return zh
        ? `${address} 没有应答（${problem.code}）：请检查 [client] MihomoAPIAddr 和网络`
        : `${address} does not answer (${problem.code}): check [client] MihomoAPIAddr and the network`;
    case 'wrong_secret':
      return zh
        ? `${address} 拒绝了密钥（401）：请把 [client] MihomoSecret 改成内核配置里的 secret`
        : `${address} refuses the secret (401): make [client] MihomoSecret the same as the kernel's secret`;
    case 'not_a_kernel':
      return zh
        ? `${address} 不是 Mihomo 内核（${problem.detail}）：请检查 [client] MihomoAPIAddr 的端口`
        : `${address} is not a Mihomo kernel (${problem.detail}): check the port in [client] MihomoAPIAddr`;
    case 'bad_frame':
      return zh
        ? `${address} 发来的 /connections 无法记账（${problem.detail}）：请升级内核；在此之前不计任何字节`
        : `${address} sends a /connections message that cannot be accounted (${problem.detail}): update the kernel; until then nothing is counted`;
  }
}
