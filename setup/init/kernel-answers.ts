import { parseKernelAddress } from '../../core/addresses.ts';
import type { Text } from '../../core/language.ts';
import type { KernelAddress } from '../../exporter/kernel/api.ts';
import type { Prompt } from '../console.ts';
import type { SetupHost } from '../host.ts';
import { askKernel } from './kernels.ts';
import { initMessages, TEXTS } from './texts.ts';

/** Asks for a kernel, and again as {@link untilItAnswers}. */
export async function askForKernel(host: SetupHost, prompt: Prompt, suggested: KernelAddress): Promise<KernelAddress> {
  const address = await askAddress(prompt, suggested.address);
  return untilItAnswers(host, prompt, { address, secret: await askSecret(prompt, suggested.secret) });
}

/**
 * Asks again for a secret that the kernel refuses, or for an address where nothing answers, until the kernel answers or
 * the answer stays the same: it may be started later.
 */
export async function untilItAnswers(host: SetupHost, prompt: Prompt, kernel: KernelAddress): Promise<KernelAddress> {
  const state = await askKernel(host.network, kernel);
  if (state.kind === 'answers' || !prompt.interactive) return kernel;
  const words = initMessages(prompt.language);
  prompt.say(words.askedAgain(kernel.address, words.kernelState(state)));
  const next =
    state.kind === 'wrong_secret'
      ? { ...kernel, secret: await askSecret(prompt, kernel.secret) }
      : { ...kernel, address: await askAddress(prompt, kernel.address) };
  const isSame = next.address === kernel.address && next.secret === kernel.secret;
  return isSame ? kernel : untilItAnswers(host, prompt, next);
}

const askAddress = (prompt: Prompt, suggestion: string): Promise<string> =>
  prompt.ask(initMessages(prompt.language).kernelAddress, suggestion, { check: addressProblem });

const askSecret = (prompt: Prompt, suggestion: string): Promise<string> =>
  prompt.ask(initMessages(prompt.language).kernelSecret, suggestion, { secret: true });

const addressProblem = (answer: string): Text | undefined =>
  parseKernelAddress(answer) === undefined ? TEXTS.badKernelAddress : undefined;
