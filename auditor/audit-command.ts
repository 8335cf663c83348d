import { basename, dirname, join, resolve } from 'node:path';
import { Command, Option } from 'commander';
import { ArgumentError } from '../runtime/command-line.ts';
import { readSettingsText } from '../runtime/settings-file.ts';
import { createAirportClient } from './airport/fetch.ts';
import { readAmendments } from './amend/amendments.ts';
import { amendCommand } from './amend-command.ts';
import { audit } from './audit.ts';
import { type AuditorConfig, mailFor, readAuditorConfig } from './config.ts';
import { pastAudit } from './past/past-audit.ts';
import { type PastSpan, readPastSpan } from './past/past-span.ts';
import { letterOf } from './report/letter.ts';
import { createMailer } from './report/mail.ts';
import { createOutbox } from './report/outbox.ts';
import { wordsOf } from './report/words.ts';
import { readAuditState, statePathIn } from './state/audit-state.ts';
import { createExactSums } from './usage/exact-sums.ts';
import { createPrometheus } from './usage/prometheus.ts';
import { createUsageReader } from './usage/window-use.ts';

/** The report was made but not mailed; the message says why, and where it is kept. */
export class NotMailedError extends Error {
  override readonly name = 'NotMailedError';
}

interface AuditArguments {
  readonly now: boolean;
  readonly window?: string;
  readonly config: string;
  readonly user?: string;
  readonly mail: boolean;
  readonly json: boolean;
}

/** @param print one text for standard output */
export function auditCommand(print: (text: string) => void): Command {
  return new Command('audit')
    .description('one audit: reads the airports, sums what devices used, and prints the report')
    .option('--now', 'of the running day and the open windows, which stay as they are', false)
    .addOption(
      new Option(
        '--window <span>',
        'of a day or FROM..TO that is over, from what was kept, such as 2026-11-20 or 2026-11-01..2026-11-20',
      ).conflicts('now'),
    )
    .option('--config <file>', 'the settings file', 'ServerSetting.ini')
    .option('--user <name>', 'of this user, with the airports whose [airport.NAME] names them')
    .option('--mail', 'mail the report too', false)
    .option('--json', "print the report's figures as JSON", false)
    .addCommand(amendCommand(print))
    .action((given: AuditArguments, command: Command) => {
      if (!given.now && given.window === undefined) command.error("error: give '--now' or '--window FROM..TO'");
      return auditOnce(given, print);
    });
}

/** @throws SettingsError, ArgumentError, StateError, NotMailedError */
async function auditOnce(given: AuditArguments, print: (text: string) => void): Promise<void> {
  const { config: path, mail, json } = given;
  const text = await readSettingsText(path);
  const { settings } = readAuditorConfig(basename(path), text, dirname(resolve(path)));
  const config = given.user === undefined ? settings : configOf(given.user, settings);
  const clock = Date.now;
  const span = given.window === undefined ? undefined : spanOf(given.window, config);
  const prometheus = createPrometheus({ address: () => config.prometheus, fetch });
  const sums = createExactSums(prometheus, clock);
  const airports = createAirportClient({ clock });
  const usage = createUsageReader(prometheus, sums);
  const state = await readAuditState(statePathIn(config.dataFolder));
  const amendments = await readAmendments(config.dataFolder);
  const parts = { airports, prometheus, sums, usage, clock };
  const model =
    span === undefined
      ? (await audit(parts, config, state, { amendments })).model
      : await pastAudit(parts, config, state, span, amendments);
  const letter = letterOf(model, config.language);
  print(json ? `${JSON.stringify(model, undefined, 2)}\n` : letter.text);
  if (!mail) return;
  const address = mailFor(config, config.user);
  if (address === undefined) {
    throw new NotMailedError(`not mailed: set EmailUser and EmailTo in [smtp] of ${basename(path)}`);
  }
  const outcome = await createMailer(address).send(letter);
  if (outcome.sent) return;
  await createOutbox(join(config.dataFolder, 'outbox')).put(letter);
  throw new NotMailedError(wordsOf(config.language).mailTest.kept(outcome.failure.text[config.language]));
}

function spanOf(window: string, { day }: AuditorConfig): PastSpan {
  const read = readPastSpan(window, day, Date.now());
  if (!read.ok) throw new ArgumentError(`--window ${window}: ${read.problem}`);
  return read.span;
}

/** The settings as one user's: their airports alone. */
function configOf(user: string, config: AuditorConfig): AuditorConfig {
  const own = config.subscriptions.filter(({ rules }) => (rules?.user ?? config.user) === user);
  return { ...config, user, subscriptions: own };
}
