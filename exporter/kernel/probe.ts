import * as z from 'zod';
import { NOT_A_KERNEL_TEXTS } from '../texts.ts';
import type { KernelAnswer, KernelEndpoint } from './endpoint.ts';
import type { KernelProblem } from './problem.ts';

const Version = z.object({ version: z.string() });

export type ProbeResult =
  | { readonly kind: 'kernel'; readonly version: string }
  | { readonly kind: 'problem'; readonly problem: KernelProblem };

/**
 * Asks `/version`, which tells a wrong secret from a dead kernel and from something else on that port. A refused
 * WebSocket cannot tell them apart.
 */
export async function probeKernel(endpoint: KernelEndpoint, signal: AbortSignal): Promise<ProbeResult> {
  const json = readJson(await endpoint.get('/version', signal));
  if (json.kind === 'problem') return json;
  const parsed = Version.safeParse(json.value);
  return parsed.success
    ? { kind: 'kernel', version: parsed.data.version }
    : { kind: 'problem', problem: { kind: 'not_a_kernel', detail: NOT_A_KERNEL_TEXTS.noVersion } };
}

export type JsonAnswer =
  | { readonly kind: 'json'; readonly value: unknown }
  | { readonly kind: 'problem'; readonly problem: KernelProblem };

/** The JSON of a kernel's answer, or why there is none. */
export function readJson(answer: KernelAnswer): JsonAnswer {
  const problem = answerProblem(answer);
  if (problem !== undefined) return { kind: 'problem', problem };
  try {
    return { kind: 'json', value: JSON.parse(answer.kind === 'answer' ? answer.body.toString() : '') };
  } catch {
    return { kind: 'problem', problem: { kind: 'not_a_kernel', detail: NOT_A_KERNEL_TEXTS.noJson } };
  }
}

/** Why an answer holds nothing to read, judged by its status alone. */
export function answerProblem(answer: KernelAnswer): KernelProblem | undefined {
  if (answer.kind === 'problem') return answer.problem;
  if (answer.status === 401) return { kind: 'wrong_secret' };
  return answer.status === 200
    ? undefined
    : { kind: 'not_a_kernel', detail: NOT_A_KERNEL_TEXTS.answers(answer.status) };
}
