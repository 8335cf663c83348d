import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { OwnProgram } from '../runtime/own-program.ts';
import type { RunFolder } from './layout.ts';
import type { ProcessSpec, Supervisor } from './processes.ts';

/** The simulated kernel, airport and mailbox of the demo, as they can be reached. */
export interface SimulatedWorld {
  /** Such as `http://127.0.0.1:41234`. */
  readonly kernel: string;
  /** The secret of the kernel. */
  readonly secret: string;
  /** The URL of the subscription. */
  readonly airport: string;
  readonly mailbox: { readonly host: string; readonly port: number };
  /** Of the mailbox's one account. */
  readonly password: string;
  /** Where what the mailbox got can be read. */
  readonly control: string;
}

const addressesSchema = z.object({
  control: z.string(),
  kernel: z.string(),
  airport: z.string(),
  mailbox: z.object({ host: z.string(), port: z.number() }),
});

const mailboxSchema = z.object({ mails: z.array(z.object({ to: z.array(z.string()), raw: z.string() })) });
export type SimulatedMail = z.infer<typeof mailboxSchema>['mails'][number];

/** The mail account that the simulated mailbox knows. */
export const DEMO_MAIL = { user: 'flowcollect@demo.invalid', to: 'you@demo.invalid' } as const;

/** What the simulator is started with. */
interface SimulatorAccess {
  readonly secret: string;
  readonly mailUser: string;
  readonly password: string;
}

/** Starts the simulator and learns where it listens. */
export async function startWorld(own: OwnProgram, folder: RunFolder, supervisor: Supervisor): Promise<SimulatedWorld> {
  const access = { secret: newSecret(), mailUser: DEMO_MAIL.user, password: newSecret() };
  const logFile = folder.log('simulator');
  await supervisor.start(simulatorSpec(own, access, logFile));
  return readWorld(logFile, access);
}

function simulatorSpec(own: OwnProgram, access: SimulatorAccess, logFile: string): ProcessSpec {
  return {
    name: 'Simulator',
    command: own.command,
    args: [
      ...own.args,
      'simulator',
      'all',
      ...['--secret', access.secret, '--mail-user', access.mailUser, '--mail-password', access.password],
    ],
    logFile,
    ready: async () => (await addressLine(logFile)) !== undefined,
  };
}

async function readWorld(logFile: string, access: SimulatorAccess): Promise<SimulatedWorld> {
  const line = await addressLine(logFile);
  return { ...addressesSchema.parse(JSON.parse(line ?? 'null')), secret: access.secret, password: access.password };
}

/** What arrived at the simulated mailbox, oldest first. */
export async function readMails(world: SimulatedWorld): Promise<readonly SimulatedMail[]> {
  const response = await fetch(`${world.control}/simulator/mailbox`);
  return mailboxSchema.parse(await response.json()).mails;
}

async function addressLine(logFile: string): Promise<string | undefined> {
  const lines = (await readFile(logFile, 'utf8')).split('\n');
  // The last piece is an unfinished line.
  return lines.slice(0, -1).find((line) => line.startsWith('{"control"'));
}

/** A secret for the parts of one run among themselves. */
export function newSecret(): string {
  return randomBytes(18).toString('base64url');
}
