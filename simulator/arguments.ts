import { Command, InvalidArgumentError, Option } from 'commander';
import { WORKLOAD_SHAPES, type WorkloadShape } from './household/workload.ts';

/** What the command line asks for. */
export interface SimulatorArguments {
  readonly parts: readonly ('kernel' | 'airport' | 'mailbox' | 'telegram')[];
  readonly controlPort: number;
  readonly kernelPort: number;
  readonly secret: string;
  readonly socket?: string;
  readonly recording?: string;
  /** Milliseconds. */
  readonly phase: number;
  readonly shape: WorkloadShape;
  readonly seed: string;
  readonly speed: number;
  readonly paused: boolean;
  readonly airportPort: number;
  /** Bytes. */
  readonly quota: number;
  /** Bytes a minute. */
  readonly leak: number;
  readonly mailboxPort: number;
  readonly mailUser?: string;
  readonly mailPassword: string;
  readonly telegramPort: number;
  readonly botToken: string;
}

type Part = SimulatorArguments['parts'][number];

const KERNEL_OPTIONS = [
  new Option('--kernel-port <port>', "port of the kernel's API").argParser(port).default(0),
  new Option('--secret <text>', "the API's secret").default(''),
  new Option('--socket <path>', 'serve the API on this unix socket too, without a secret'),
  new Option('--recording <file>', 'play this NAME.ndjson.gz instead of a made-up household'),
  new Option('--phase <ms>', 'where in the recording to begin').argParser(atLeast(0)).default(0),
  new Option('--shape <shape>', 'what the household does').choices(WORKLOAD_SHAPES).default('household'),
  new Option('--seed <text>', 'the same seed makes the same household').default('1'),
];
const AIRPORT_OPTIONS = [
  new Option('--airport-port <port>', 'port of the airport').argParser(port).default(0),
  new Option('--quota <bytes>', 'what the subscription allows').argParser(atLeast(0)).default(214_748_364_800),
  new Option('--leak <bytes>', 'what others use in a minute').argParser(atLeast(0)).default(0),
];
const MAILBOX_OPTIONS = [
  new Option('--mailbox-port <port>', 'port of the mail server').argParser(port).default(0),
  new Option('--mail-user <name>', 'accept this user only'),
  new Option('--mail-password <text>', "that user's password").default(''),
];
const TELEGRAM_OPTIONS = [
  new Option('--telegram-port <port>', 'port of the Bot API').argParser(port).default(0),
  new Option('--bot-token <text>', 'the token of its one bot').default('1:simulated'),
];
const COMMON_OPTIONS = [
  new Option('--control-port <port>', 'port of the control listener').argParser(port).default(0),
  new Option('--speed <factor>', 'simulated seconds in a real one').argParser(atLeast(0.001)).default(1),
  new Option('--paused', 'let the time stand still until POST /simulator/play').default(false),
];

/** @throws CommanderError for bad arguments, and (with exit code 0) after help was printed */
export function parseArguments(argv: readonly string[]): SimulatorArguments {
  let parsed: SimulatorArguments | undefined;
  const program = new Command('flowcollect simulator')
    .description(
      'A Mihomo kernel, an airport, a mailbox and a Bot API on loopback. Prints their addresses as one line of JSON.',
    )
    .exitOverride();
  const add = (name: string, about: string, parts: readonly Part[], options: readonly Option[]): void => {
    const command = program.command(name).description(about).exitOverride();
    for (const option of [...options, ...COMMON_OPTIONS]) command.addOption(option);
    command.action((values: Partial<Omit<SimulatorArguments, 'parts'>>) => {
      parsed = { ...DEFAULTS, ...values, parts };
    });
  };
  add('kernel', "a kernel's API", ['kernel'], KERNEL_OPTIONS);
  add('airport', 'an airport', ['airport'], AIRPORT_OPTIONS);
  add('mailbox', 'a mail server', ['mailbox'], MAILBOX_OPTIONS);
  add('telegram', 'a Bot API of Telegram', ['telegram'], TELEGRAM_OPTIONS);
  add(
    'all',
    'all four; the airport bills what the kernel moves',
    ['kernel', 'airport', 'mailbox', 'telegram'],
    [...KERNEL_OPTIONS, ...AIRPORT_OPTIONS, ...MAILBOX_OPTIONS, ...TELEGRAM_OPTIONS],
  );
  program.parse(argv, { from: 'user' });
  return parsed ?? program.help({ error: true });
}

/** For the options that a command does not have. */
const DEFAULTS: Omit<SimulatorArguments, 'parts'> = {
  controlPort: 0,
  kernelPort: 0,
  secret: '',
  phase: 0,
  shape: 'household',
  seed: '1',
  speed: 1,
  paused: false,
  airportPort: 0,
  quota: 0,
  leak: 0,
  mailboxPort: 0,
  mailPassword: '',
  telegramPort: 0,
  botToken: '',
};

function port(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535)
    throw new InvalidArgumentError('must be a port from 0 to 65535.');
  return Number(text);
}

function atLeast(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !(value >= least && value < Infinity)) {
      throw new InvalidArgumentError(`must be a number from ${least}.`);
    }
    return value;
  };
}
