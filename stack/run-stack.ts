import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { simpleParser } from 'mailparser';
import { type Text, translate, UserFacingError } from '../core/language.ts';
import { systemClock, untilAborted } from '../runtime/async.ts';
import type { Logger } from '../runtime/logger.ts';
import type { OwnProgram } from '../runtime/own-program.ts';
import type { OnReload } from '../runtime/reload.ts';
import type { Screen } from '../runtime/screen.ts';
import { ensureBinaries } from './binaries.ts';
import { chooseKernel, type KernelChoice } from './kernel-choice.ts';
import { discard, openRunFolder, type StackInstallation } from './layout.ts';
import { startLiveView } from './live-view.ts';
import { createOrphanGuard, createSupervisor, ProcessError } from './processes.ts';
import type { OwnFiles } from './service-settings.ts';
import type { ServerSide } from './settings.ts';
import { letTimePass, readMails, type SimulatedWorld } from './simulated-world.ts';
import { type RunningStack, startStack } from './stack.ts';
import { type StackMessages, stackMessages, TEXTS } from './texts.ts';

interface StackRun {
  readonly installation: StackInstallation;
  readonly side: ServerSide;
  readonly own: OwnFiles;
  readonly clientExists: boolean;
  readonly exitAfterReport: boolean;
  /** Ends the run. */
  readonly signal: AbortSignal;
  readonly onReload: OnReload;
  readonly screen: Screen;
  readonly logger: Logger;
  readonly environment: Readonly<Record<string, string>>;
  readonly clock: () => number;
}

/**
 * Runs the stack until it is told to end (or, with `exitAfterReport`, until the report was printed). Whatever happens,
 * no program is left behind.
 *
 * @throws the errors of {@link startStack} and of the audit; ProcessError when a part ends on its own
 */
export async function runStack(run: StackRun): Promise<void> {
  const { installation, side, own, screen, signal, logger } = run;
  const texts = stackMessages(side.server.Language);
  screen.say(texts.starting);
  const binaries = await ensureBinaries({
    cacheFolder: installation.cache,
    onUnpack: () => screen.say(texts.unpacking),
  });
  const choice = await chooseKernel(own.clientPath, run.clientExists, side.demo);
  screen.say(describeChoice(choice, own, texts));
  const folder = await openRunFolder(installation, choice.kind === 'demo' ? undefined : side.dataFolder);

  // A demo ends with what fails; what is there for good goes on.
  const tell = (text: Text): void => screen.say(translate(text, side.server.Language));
  const supervisor = createSupervisor(createOrphanGuard(), signal, choice.kind === 'demo' ? undefined : tell);
  let failed = false;
  let stopView = (): void => {};
  let unfollow = async (): Promise<void> => {};
  try {
    const config = { installation, folder, binaries, side, own, choice, environment: run.environment };
    const stack = await startStack(config, supervisor, screen, texts, logger, run.onReload);
    unfollow = stack.unfollow;
    tellAddresses(stack, folder.path, run, texts);
    if (stack.exporterMetrics !== undefined) {
      stopView = startLiveView(stack.exporterMetrics, screen, texts, run.clock);
    }
    await Promise.race([
      untilAborted(signal),
      supervisor.unexpectedEnd.then((text) => Promise.reject(new ProcessError(text))),
      reportLater(stack, run, texts),
    ]);
  } catch (error) {
    if (signal.aborted) return;
    failed = error instanceof ProcessError || error instanceof AuditFailedError;
    throw error;
  } finally {
    stopView();
    screen.say(texts.stopping);
    await unfollow();
    await supervisor.stop();
    // The logs of what failed can be looked into.
    if (!failed) await discard(folder);
    screen.say(failed ? texts.folder(folder.path) : texts.stopped);
  }
}

function describeChoice(choice: KernelChoice, own: OwnFiles, texts: StackMessages): string {
  if (choice.kind === 'real') return texts.real(choice.address);
  if (choice.kind === 'none') return texts.none(own.clientPath);
  const reason = choice.why === 'silent' ? texts.kernelSilent(choice.address) : texts.noClientSettings(own.clientPath);
  return texts.demo(reason);
}

function tellAddresses(stack: RunningStack, folder: string, run: StackRun, texts: StackMessages): void {
  const { screen, side } = run;
  screen.say(`${texts.addresses}:`);
  for (const { name, url } of stack.addresses) screen.say(`  ${url}  ${name}`);
  screen.say(texts.folder(folder));
  if (willReport(stack, run)) screen.say(texts.reportIn(Math.round(side.demoReportAfter / 1000)));
  screen.say(texts.hintStop);
}

function willReport(stack: RunningStack, run: StackRun): boolean {
  return stack.world !== undefined || run.exitAfterReport;
}

/** What has moved is pushed and scraped by then. */
const SETTLED_AFTER = 12_000;

/** Audits and gives what a person reads: in a demo the mail as it arrived, of what moved until its household paused. */
async function report(
  { world, serverSettings, auditor }: RunningStack,
  { installation: { own }, signal }: StackRun,
  texts: StackMessages,
): Promise<string> {
  if (world === undefined) return audit(own, serverSettings, false);
  await letTimePass(world, false);
  try {
    await systemClock.sleep(SETTLED_AFTER, signal);
    signal.throwIfAborted();
    await audit(own, serverSettings, true);
    // It looks again, and dashboards say what the mail does.
    auditor.reload();
    return await readReportMail(world, texts);
  } finally {
    await letTimePass(world, true);
  }
}

/** Resolves after the report when the run ends with it, else never. */
async function reportLater(stack: RunningStack, run: StackRun, texts: StackMessages): Promise<void> {
  const { screen, signal } = run;
  if (willReport(stack, run)) {
    await systemClock.sleep(run.side.demoReportAfter, signal);
    if (!signal.aborted) {
      screen.say(texts.auditing);
      try {
        screen.say(await report(stack, run, texts));
      } catch (error) {
        if (run.exitAfterReport || !(error instanceof AuditFailedError)) throw error;
        screen.say(translate(error.text, run.side.server.Language));
      }
      if (run.exitAfterReport) return;
    }
  }
  await untilAborted(signal);
}

const execute = promisify(execFile);
const AUDIT_WITHIN_MS = 120_000;

/** The audit ended with an error; the message holds what it said. */
class AuditFailedError extends UserFacingError {
  override readonly name = 'AuditFailedError';
}

/**
 * Audits now and gives what it prints.
 *
 * @param mail whether the report is mailed too
 * @throws AuditFailedError
 */
async function audit(own: OwnProgram, serverSettings: string, mail: boolean): Promise<string> {
  const args = [...own.args, 'audit', '--now', ...(mail ? ['--mail'] : [])];
  try {
    const { stdout } = await execute(own.command, [...args, '--config', serverSettings], { timeout: AUDIT_WITHIN_MS });
    return stdout;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    // In the language of its settings, which are the stack's.
    const said = [stdout, stderr].filter((text) => text !== '').join('\n');
    throw new AuditFailedError({ zh: said, en: said }, { cause: error });
  }
}

/**
 * The newest mail of the simulated mailbox as a person would read it.
 *
 * @throws AuditFailedError when no mail arrived
 */
async function readReportMail(world: SimulatedWorld, texts: StackMessages): Promise<string> {
  const newest = (await readMails(world)).at(-1);
  if (newest === undefined) throw new AuditFailedError(TEXTS.noMail);
  const { subject, text } = await simpleParser(newest.raw);
  const title = texts.mail(newest.to.join(', '));
  return [`── ${title} ──`, `${texts.subject}: ${subject ?? ''}`, '', (text ?? '').trimEnd(), '─'.repeat(40)].join(
    '\n',
  );
}
