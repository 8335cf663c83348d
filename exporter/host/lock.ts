import * as z from 'zod/mini';
import { parseJson } from '../../core/json.ts';
import type { Lock } from './host.ts';

/** What a lock is made of. */
export interface LockParts {
  readonly pid: number;
  readonly hostname: string;
  now(): number;
  /** When the machine started, epoch milliseconds by its clock of now. */
  machineStartedAt(): number;
  /** Which of all processes that had this number it is; empty where the system does not tell, undefined where none runs. */
  lifeOf(pid: number): string | undefined;
  /** @throws where there is none */
  read(path: string): Promise<string>;
  /** As one, and in a folder that is made where it is missing. @throws where it cannot be */
  replace(path: string, text: string): Promise<void>;
  remove(path: string): Promise<void>;
}

const Holder = z.object({
  pid: z.number(),
  /** Which of all processes that had this number; empty where the system does not tell. */
  process: z.string(),
  /** A container has a host name of its own; what runs in another cannot be looked at from here. */
  host: z.string(),
  since: z.string(),
  text: z.string(),
});
type Holder = z.infer<typeof Holder>;

/**
 * A lock is a file that names its process. One that was killed leaves it behind: it counts for as long as that
 * process runs.
 */
export async function lockFile(parts: LockParts, path: string, text: string): Promise<Lock> {
  const { pid, hostname } = parts;
  async function read(): Promise<Holder | undefined> {
    return Holder.safeParse(parseJson(await parts.read(path).catch(() => ''))).data;
  }
  /** Whether another process of this machine has it. */
  const isRunning = ({ pid: other, process: life, host, since }: Holder): boolean =>
    host === hostname &&
    Date.parse(since) >= parts.machineStartedAt() - 1000 &&
    other !== pid &&
    parts.lifeOf(other) === life;

  const found = await read();
  if (found !== undefined && isRunning(found)) return { kind: 'held', by: found };
  const since = new Date(parts.now()).toISOString();
  const own: Holder = { pid, process: parts.lifeOf(pid) ?? '', host: hostname, since, text };
  try {
    await parts.replace(path, JSON.stringify(own));
  } catch {
    return { kind: 'taken', release: async () => {} };
  }
  // Of two that took it at once, the one whose file stayed has it.
  const kept = await read();
  if (kept !== undefined && isRunning(kept)) return { kind: 'held', by: kept };
  return {
    kind: 'taken',
    async release() {
      if ((await read())?.since === own.since) await parts.remove(path).catch(() => {});
    },
  };
}
