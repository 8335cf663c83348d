import { basename } from 'node:path';
import { Command, Option } from 'commander';
import { ArgumentError, type Language, textOf, translateTo, UserFacingError } from '../../core/language.ts';
import { whileTelling } from '../../runtime/progress.ts';
import { createPrometheus } from '../../runtime/prometheus.ts';
import type { ScreenOutput } from '../../runtime/screen.ts';
import { COMMANDS } from '../../runtime/texts.ts';
import { createAirportClient, FRESH_FOR_A_PERSON } from '../airport/fetch.ts';
import { readAmendments } from '../amend/amendments.ts';
import { archiveFolderIn, createArchive, createOutbox } from '../archive/archive.ts';
import type { AuditorConfig, ConfigOption, OpenConfig } from '../config.ts';
import { wordsOf } from '../messages/report.ts';
import { TEXTS } from '../messages/texts.ts';
import { mailFor, sendMail } from '../notify/mail-sender.ts';
import { reportMailOf } from '../report/report-mail.ts';
import { readAuditState, statePathIn } from '../state/audit-state.ts';
import { createExactSums } from '../usage/exact-sums.ts';
import { createUsageReader } from '../usage/window-use.ts';
import { amendCommand } from './amend-command.ts';
import { audit } from './audit.ts';
import { type PastSpan, pastAudit, readPastSpan } from './past-audit.ts';

/** The report was made but not mailed; the message says why, and where it is kept. */
class NotMailedError extends UserFacingError {
  override readonly name = 'NotMailedError';
}

interface AuditArguments extends ConfigOption {
  readonly now: boolean;
  readonly window?: string;
  readonly user?: string;
  readonly mail: boolean;
  readonly json: boolean;
}

/** @param print one text for standard output @param terminal for how long it takes */
export function auditCommand(
  print: (text: string) => void,
  terminal: ScreenOutput,
  language: Language,
  openConfig: OpenConfig,
): Command {
  const translate = translateTo(language);
  return new Command('audit')
    .description(translate(COMMANDS.audit))
    .option('--now', translate(TEXTS.now), false)
    .addOption(new Option('--window <span>', translate(TEXTS.window)).conflicts('now'))
    .option('-c, --config <file>', translate(TEXTS.config), 'ServerSetting.ini')
    .option('--user <name>', translate(TEXTS.user))
    .option('--mail', translate(TEXTS.mailToo), false)
    .option('--json', translate(TEXTS.figures), false)
    .addCommand(amendCommand(print, terminal, translate, openConfig))
    .action((given: AuditArguments) => {
      if (!given.now && given.window === undefined) throw new ArgumentError(TEXTS.nowOrWindow);
      return auditOnce(given, openConfig, print, terminal, language);
    });
}

/** @throws SettingsError, ArgumentError, StateError, NotMailedError */
async function auditOnce(
  given: AuditArguments,
  openConfig: OpenConfig,
  print: (text: string) => void,
  terminal: ScreenOutput,
  language: Language,
): Promise<void> {
  const { config: path, mail, json } = given;
  const settings = await openConfig(path);
  const { users = [settings.user] } = settings;
  if (given.user !== undefined && !users.includes(given.user)) {
    throw new ArgumentError(TEXTS.noUser(given.user, users.join(', ')));
  }
  const config = given.user === undefined ? settings : configOf(given.user, settings);
  const clock = Date.now;
  const span = given.window === undefined ? undefined : pastSpanOf(given.window, config);
  const prometheus = createPrometheus({ addresses: () => config.prometheus });
  const sums = createExactSums(prometheus, clock);
  const airports = createAirportClient({ clock });
  const usage = createUsageReader(prometheus, sums);
  const state = await readAuditState(statePathIn(config.dataFolder));
  const amendments = await readAmendments(config.dataFolder);
  const parts = { airports, prometheus, sums, usage, clock };
  const auditing = (seconds: number): string => TEXTS.auditing(seconds)[language];
  const model = await whileTelling(terminal, auditing, async () =>
    span === undefined
      ? (await audit(parts, config, state, { amendments, fresh: FRESH_FOR_A_PERSON })).model
      : pastAudit(parts, config, state, span, amendments),
  );
  const reportMail = reportMailOf(model, language, config.links);
  print(json ? `${JSON.stringify(model, undefined, 2)}\n` : reportMail.text);
  if (!mail) return;
  const address = mailFor(config, config.user);
  if (address === undefined) {
    throw new NotMailedError(TEXTS.notMailed(basename(path)));
  }
  await createArchive(archiveFolderIn(config.dataFolder, config.user)).put(reportMail, model);
  const outcome = await sendMail(reportMail, address);
  if (outcome.sent) return;
  await createOutbox(config.dataFolder).put(reportMail);
  const why = outcome.failure.text;
  throw new NotMailedError(textOf((language) => wordsOf(language).mailTest.kept(why[language])));
}

function pastSpanOf(window: string, { day }: AuditorConfig): PastSpan {
  const read = readPastSpan(window, day, Date.now());
  if (!read.ok) throw new ArgumentError(TEXTS.badWindow(window, read.problem));
  return read.span;
}

/** The settings as one user's: their airports alone. */
function configOf(user: string, config: AuditorConfig): AuditorConfig {
  const own = config.subscriptions.filter(({ rules }) => (rules?.user ?? config.user) === user);
  return { ...config, user, subscriptions: own };
}
