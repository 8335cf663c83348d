import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { simpleParser } from 'mailparser';
import { UserFacingError } from '../core/language.ts';
import type { OwnProgram } from '../runtime/own-program.ts';
import { TEXTS } from './command-texts.ts';
import type { StackMessages } from './messages.ts';
import { readMails, type SimulatedWorld } from './simulated-world.ts';

const run = promisify(execFile);
const AUDIT_WITHIN_MS = 120_000;

/** The audit ended with an error; the message holds what it said. */
export class AuditFailedError extends UserFacingError {
  override readonly name = 'AuditFailedError';
}

/**
 * Audits now and gives what it prints.
 *
 * @param mail whether the report is mailed too
 * @throws AuditFailedError
 */
export async function audit(own: OwnProgram, serverSettings: string, mail: boolean): Promise<string> {
  const args = [...own.args, 'audit', '--now', ...(mail ? ['--mail'] : [])];
  try {
    const { stdout } = await run(own.command, [...args, '--config', serverSettings], { timeout: AUDIT_WITHIN_MS });
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
export async function readReportMail(world: SimulatedWorld, texts: StackMessages): Promise<string> {
  const newest = (await readMails(world)).at(-1);
  if (newest === undefined) throw new AuditFailedError(TEXTS.noMail);
  const { subject, text } = await simpleParser(newest.raw);
  const title = texts.mail(newest.to.join(', '));
  return [`── ${title} ──`, `${texts.subject}: ${subject ?? ''}`, '', (text ?? '').trimEnd(), '─'.repeat(40)].join(
    '\n',
  );
}
