import { Command, Option } from 'commander';
import { DateTime } from 'luxon';
import { ArgumentError, type Text, type Translate } from '../../core/language.ts';
import { nearestNames } from '../../core/nearest.ts';
import { sizeSetting } from '../../core/settings.ts';
import { whileTelling } from '../../runtime/progress.ts';
import { createPrometheus, type Prometheus, PrometheusError } from '../../runtime/prometheus.ts';
import type { ScreenOutput } from '../../runtime/screen.ts';
import { readMultiplier } from '../airport/settings.ts';
import { type Amendment, addAmendment } from '../amend/amendments.ts';
import type { AuditorConfig, ConfigOption, OpenConfig } from '../config.ts';
import { TEXTS } from '../messages/texts.ts';
import { readAuditState, statePathIn } from '../state/audit-state.ts';
import { createExactSums } from '../usage/exact-sums.ts';
import { createUsageReader, reportedNames } from '../usage/window-use.ts';
import type { Interval } from '../verdict/use.ts';
import { type ChangedVerdict, reaudit } from './reaudit.ts';

type Print = (text: string) => void;
type GivenAnswer = ConfigOption & { readonly perDay?: number; readonly share?: number; readonly note?: string };

/** `flowcollect audit amend`: corrects history, after which the windows concerned are audited again. */
export function amendCommand(
  print: Print,
  terminal: ScreenOutput,
  translate: Translate,
  openConfig: OpenConfig,
): Command {
  const amend = async (path: string, amendment: Amendment): Promise<void> =>
    amendAt(await openConfig(path), amendment, print, terminal, translate);
  const command = new Command('amend').description(translate(TEXTS.amend));
  const add = (name: string, description: Text): Command =>
    command
      .command(name)
      .description(translate(description))
      .addOption(new Option('-c, --config <file>', translate(TEXTS.config)).default('ServerSetting.ini'));
  add('acknowledge', TEXTS.acknowledge)
    .argument('<airport>', translate(TEXTS.airportName))
    .argument('<date>', translate(TEXTS.date), readDate)
    .action((airport: string, date: string, { config }: ConfigOption) =>
      amend(config, { kind: 'acknowledge', airport, date }),
    );
  add('multiplier', TEXTS.multiplier)
    .argument('<node>', translate(TEXTS.nodeName))
    .argument('<multiplier>', translate(TEXTS.factor), readFactor)
    .action((node: string, multiplier: Interval, { config }: ConfigOption) =>
      amend(config, { kind: 'multiplier', node, multiplier }),
    );
  add('node', TEXTS.node)
    .argument('<node>', translate(TEXTS.nodeName))
    .argument('<airport>', translate(TEXTS.airportName))
    .action((node: string, airport: string, { config }: ConfigOption) =>
      amend(config, { kind: 'node', node, airport }),
    );
  add('device', TEXTS.device)
    .argument('<before>', translate(TEXTS.before))
    .argument('<after>', translate(TEXTS.after))
    .action((before: string, after: string, { config }: ConfigOption) =>
      amend(config, { kind: 'device', before, after }),
    );
  add('known', TEXTS.known)
    .argument('<airport>', translate(TEXTS.airportName))
    .option('--per-day <size>', translate(TEXTS.perDay), readSize)
    .option('--share <percent>', translate(TEXTS.share), readPercent)
    .option('--note <text>', translate(TEXTS.note), readNote)
    .action((airport: string, { config, perDay: daily, share, note }: GivenAnswer) => {
      if ((daily === undefined) === (share === undefined)) throw new ArgumentError(TEXTS.perDayOrShare);
      const amount = daily === undefined ? { share } : { daily };
      const answer = { kind: 'known' as const, airport, ...amount, ...(note === undefined ? {} : { note }) };
      return amend(config, { ...answer, at: Date.now() });
    });
  add('leak', TEXTS.isLeak)
    .argument('<airport>', translate(TEXTS.airportName))
    .action((airport: string, { config }: ConfigOption) => amend(config, { kind: 'leak', airport, at: Date.now() }));
  return command;
}

async function amendAt(
  config: AuditorConfig,
  amendment: Amendment,
  print: Print,
  terminal: ScreenOutput,
  translate: Translate,
): Promise<void> {
  if ('airport' in amendment && !config.subscriptions.some(({ name }) => name === amendment.airport)) {
    const names = config.subscriptions.map(({ name }) => name).join(', ');
    throw new ArgumentError(TEXTS.noAirport(amendment.airport, names));
  }
  const prometheus = createPrometheus({ addresses: () => config.prometheus });
  await checkNames(amendment, prometheus, print, translate);
  const state = await readAuditState(statePathIn(config.dataFolder));
  const amendments = await addAmendment(config.dataFolder, amendment);
  print(`${translate(TEXTS.amended)}\n`);
  const usage = createUsageReader(prometheus, createExactSums(prometheus, Date.now));
  const auditing = (seconds: number): string => translate(TEXTS.auditing(seconds));
  const { changes } = await whileTelling(terminal, auditing, () => reaudit(usage, config, state, amendments));
  print(
    changes.length === 0 ? `${translate(TEXTS.nothingChanges)}\n` : changes.map((each) => line(each, config)).join(''),
  );
}

/** How many names are offered for one that there is not. */
const OFFERED = 5;

/** Says so where the store cannot be asked. @throws ArgumentError for a node or a device that no device reported */
async function checkNames(
  amendment: Amendment,
  prometheus: Prometheus,
  print: Print,
  translate: Translate,
): Promise<void> {
  const check = async (names: readonly string[], label: 'node' | 'instance', unknown: typeof TEXTS.noNode) => {
    const known = await reportedNames(prometheus, label, Date.now());
    const missing = names.find((name) => !known.has(name));
    if (missing !== undefined)
      throw new ArgumentError(unknown(missing, nearestNames(missing, known, OFFERED).join(', ')));
  };
  try {
    if ('node' in amendment) await check([amendment.node], 'node', TEXTS.noNode);
    if (amendment.kind === 'device') await check([amendment.before, amendment.after], 'instance', TEXTS.noDevice);
  } catch (error) {
    if (!(error instanceof PrometheusError)) throw error;
    print(`${translate(TEXTS.namesUnchecked(error.text))}\n`);
  }
}

function line({ airport, from, to, before, after }: ChangedVerdict, { day }: AuditorConfig): string {
  const time = (at: number): string => DateTime.fromMillis(at, { zone: day.zone }).toFormat('yyyy-MM-dd HH:mm');
  return `${airport}  ${time(from)} – ${time(to)}  ${before} → ${after}\n`;
}

function readDate(text: string): string {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || !DateTime.fromISO(text).isValid) {
    throw new ArgumentError(TEXTS.badDate(text));
  }
  return text;
}

function readFactor(text: string): Interval {
  const rule = readMultiplier(`node=${text}`);
  if (rule === undefined) throw new ArgumentError(TEXTS.badFactor(text));
  return rule.multiplier;
}

/** A note is one line of a report. */
const LONGEST_NOTE = 200;
/** What ends a line, is not seen, or turns the direction of the text around it. */
const UNRULY = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u;

/** Text such as `300MB` → bytes. @throws ArgumentError */
export function readSize(text: string): number {
  const { data } = sizeSetting().safeParse(text.trim());
  if (data === undefined || !Number.isSafeInteger(data)) throw new ArgumentError(TEXTS.badSize(text));
  return data;
}

/** Text such as `6` or `6.5%` → a share. @throws ArgumentError */
export function readPercent(text: string): number {
  const [, digits] = /^(\d{1,6}(?:\.\d{1,6})?)\s*[%％]?$/.exec(text.trim()) ?? [];
  if (digits === undefined) throw new ArgumentError(TEXTS.badPercent(text));
  return Number(digits) / 100;
}

/** @throws ArgumentError where it is empty, too long, or more than a line */
export function readNote(text: string): string {
  const note = text.trim();
  if (note === '' || UNRULY.test(note) || [...note].length > LONGEST_NOTE) {
    throw new ArgumentError(TEXTS.badNote(LONGEST_NOTE));
  }
  return note;
}
