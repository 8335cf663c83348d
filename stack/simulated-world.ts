import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { z } from 'zod';
import { parseJson } from '../core/json.ts';
import type { Text } from '../core/language.ts';
import { isDone, requestHttp } from '../runtime/http.ts';
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
  /** Where what the mailbox got can be read, and time is let go on. */
  readonly control: string;
  /** When it began, epoch milliseconds; time stands still until {@link letTimePass}. */
  readonly began: number;
}

const addressesSchema = z.object({
  control: z.string(),
  kernel: z.string(),
  airport: z.string(),
  mailbox: z.object({ host: z.string(), port: z.number() }),
});

const mailboxSchema = z.object({ mails: z.array(z.object({ to: z.array(z.string()), raw: z.string() })) });
type SimulatedMail = z.infer<typeof mailboxSchema>['mails'][number];

/** Bytes of the simulated plan: what the household uses lasts until it ends. */
const QUOTA = 1024 * 2 ** 30;

/** The mail account that the simulated mailbox knows. */
export const DEMO_MAIL = { user: 'flowcollect@demo.invalid', to: 'you@demo.invalid' } as const;

/** What the device of the demo is called. */
export const DEMO_DEVICE: Text = { zh: '演示设备', en: 'Demo device' };

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
      ...['--paused', '--quota', String(QUOTA)],
    ],
    logFile,
    ready: async () => (await addressLine(logFile)) !== undefined,
  };
}

async function readWorld(logFile: string, access: SimulatorAccess): Promise<SimulatedWorld> {
  const line = await addressLine(logFile);
  const { secret, password } = access;
  return { ...addressesSchema.parse(JSON.parse(line ?? 'null')), secret, password, began: Date.now() };
}

/** Lets the household go on, or has it wait. */
export async function letTimePass(world: SimulatedWorld, passes: boolean): Promise<void> {
  await askSimulator(world, 'POST', passes ? 'play' : 'pause');
}

const run = promisify(execFile);

/** Puts what the household's device counted in the days before into the data of a Prometheus that has not started. */
export async function fillPast(
  own: OwnProgram,
  world: SimulatedWorld,
  {
    settings,
    device,
    file,
    promtool,
    tsdb,
  }: Readonly<Record<'settings' | 'device' | 'file' | 'promtool' | 'tsdb', string>>,
): Promise<void> {
  await run(own.command, [...own.args, ...pastArguments('counters', world, settings), '--device', device, file]);
  await run(promtool, ['tsdb', 'create-blocks-from', '--max-block-duration=240h', 'openmetrics', file, tsdb]);
}

/** Has those days audited, into the archive, before the auditor starts. */
export async function auditPast(own: OwnProgram, world: SimulatedWorld, settings: string): Promise<void> {
  await run(own.command, [...own.args, ...pastArguments('reports', world, settings)]);
}

const pastArguments = (what: string, { began }: SimulatedWorld, settings: string): string[] => [
  ...['simulator', 'past', what],
  ...['--config', settings, '--until', String(began)],
];

/** What arrived at the simulated mailbox, oldest first. */
export async function readMails(world: SimulatedWorld): Promise<readonly SimulatedMail[]> {
  return mailboxSchema.parse(parseJson(await askSimulator(world, 'GET', 'mailbox'))).mails;
}

async function askSimulator({ control }: SimulatedWorld, method: 'GET' | 'POST', path: string): Promise<string> {
  const answer = await requestHttp(`${control}/simulator/${path}`, { method, timeout: 10_000 });
  if (!isDone(answer)) throw new Error(`the simulator answers ${answer.status} to ${path}`);
  return answer.text;
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
