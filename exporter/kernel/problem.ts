import type { Messages, Text } from '../../core/language.ts';
import { isExhausted } from '../../runtime/error-code.ts';
import { TEXTS } from '../../runtime/texts.ts';
import type { TrustFailure } from '../host/network.ts';

/** Why a kernel cannot be read. */
export type KernelProblem =
  | TrustFailure
  /** Nothing listens at the address: the kernel is not running, or listens elsewhere. */
  | { readonly kind: 'refused' }
  /** No answer for another reason, such as a name that does not resolve or a time-out; the system's code. */
  | { readonly kind: 'unreachable'; readonly code: string }
  /** The socket is there, but not for this user; the system's code. */
  | { readonly kind: 'forbidden'; readonly code: string }
  /** The kernel answered 401. */
  | { readonly kind: 'wrong_secret' }
  /** Something answers that is not a Mihomo kernel. */
  | { readonly kind: 'not_a_kernel'; readonly detail: Text }
  /** The kernel's message cannot be accounted; which path of it and why. */
  | { readonly kind: 'bad_frame'; readonly detail: string };

/** Why what answers at MihomoAPIAddr is no kernel. */
export const NOT_A_KERNEL_TEXTS = {
  noHttp: { zh: '它说的不是 HTTP', en: 'it does not speak HTTP' },
  noTls: { zh: '它说的不是 TLS，也许该写 http://', en: 'it does not speak TLS, so perhaps http:// is meant' },
  noVersion: { zh: 'GET /version 没有给出版本', en: 'GET /version names no version' },
  noJson: { zh: '它的应答不是 JSON', en: 'its answer is not JSON' },
  answers: (status: number): Text => ({ zh: `它应答 ${status}`, en: `it answers ${status}` }),
} as const satisfies Messages;

/** The state of the link to a kernel. */
export type KernelLink =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'up'; readonly version: string; readonly via: 'websocket' | 'get' }
  | { readonly kind: 'down'; readonly problem: KernelProblem };

/**
 * What is wrong, where, and how to fix it, in one line.
 *
 * @param address the kernel's address as configured, without its secret
 */
export function describeKernelProblem(problem: KernelProblem, address: string): Text {
  switch (problem.kind) {
    case 'refused':
      return {
        zh: `${address} 无人监听：请启动 Mihomo 内核，或检查 MihomoAPIAddr 是否与内核的 external-controller 一致`,
        en: `nothing listens at ${address}: start the Mihomo kernel, or make MihomoAPIAddr the same as its external-controller`,
      };
    case 'unreachable':
      // Nothing is wrong with the address or the network then.
      if (isExhausted(problem.code)) return TEXTS.noDescriptor(problem.code);
      return {
        zh: `${address} 没有应答（${problem.code}）：请检查 MihomoAPIAddr 和网络`,
        en: `${address} does not answer (${problem.code}): check MihomoAPIAddr and the network`,
      };
    case 'forbidden':
      return {
        zh: `无权打开 ${address}（${problem.code}）：请以能访问它的用户运行，或修改它的权限`,
        en: `${address} may not be opened (${problem.code}): run as a user who may use it, or change its permissions`,
      };
    case 'untrusted':
      return {
        zh: `${address} 的证书不受信任（${problem.code}）：请把 MihomoCA 设为它的 CA 文件；若确认是自己的内核，也可设 MihomoFingerprint = ${problem.fingerprint}`,
        en: `the certificate of ${address} is not trusted (${problem.code}): set MihomoCA to its CA's file or, if this is your kernel, MihomoFingerprint = ${problem.fingerprint}`,
      };
    case 'wrong_fingerprint':
      return {
        zh: `${address} 的证书不是 MihomoFingerprint 指定的那张：对方可能不是您的内核，未发送密钥；若是您换了证书，请设 MihomoFingerprint = ${problem.fingerprint}`,
        en: `${address} shows another certificate than MihomoFingerprint: this may not be your kernel, and the secret was not sent; if you renewed it, set MihomoFingerprint = ${problem.fingerprint}`,
      };
    case 'bad_ca':
      return {
        zh: `MihomoCA ${problem.path} 无法使用（${problem.code}）：请指向一个 PEM 格式的证书文件`,
        en: `MihomoCA ${problem.path} cannot be used (${problem.code}): name a file that holds a certificate in PEM form`,
      };
    case 'bad_cert':
      return {
        zh: `MihomoCert 或 MihomoKey ${problem.path} 无法使用（${problem.code}）：请指向 PEM 格式的客户端证书和它的私钥`,
        en: `MihomoCert or MihomoKey ${problem.path} cannot be used (${problem.code}): name files that hold the client certificate and its key in PEM form`,
      };
    case 'certificate_wanted':
      return {
        zh: `${address} 要求客户端证书（${problem.code}）：内核设了 tls.client-auth-type，请把 MihomoCert 和 MihomoKey 设为它的 client-auth-cert 所认可的证书和私钥`,
        en: `${address} wants a client certificate (${problem.code}): the kernel has tls.client-auth-type, so set MihomoCert and MihomoKey to a certificate that its client-auth-cert vouches for, and its key`,
      };
    case 'wrong_secret':
      return {
        zh: `${address} 拒绝了密钥（401）：请把 MihomoSecret 改成内核配置里的 secret`,
        en: `${address} refuses the secret (401): make MihomoSecret the same as the kernel's secret`,
      };
    case 'not_a_kernel':
      return {
        zh: `${address} 不是 Mihomo 内核（${problem.detail.zh}）：请检查 MihomoAPIAddr 的端口`,
        en: `${address} is not a Mihomo kernel (${problem.detail.en}): check the port in MihomoAPIAddr`,
      };
    case 'bad_frame':
      return {
        zh: `${address} 发来的 /connections 无法记账（${problem.detail}）：请升级内核；在此之前不计任何字节`,
        en: `${address} sends a /connections message that cannot be accounted (${problem.detail}): update the kernel; until then nothing is counted`,
      };
  }
}
