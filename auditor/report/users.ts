import { deviceIdProblem } from '../../core/device-id.ts';
import { readAddresses, userSchema } from '../../core/server-settings.ts';
import type { SettingsReader } from '../../core/settings.ts';
import { SETTINGS_TEXTS as TEXTS } from '../messages/texts.ts';

const PREFIX = 'user.';

/** A user whose report goes to them alone; nobody else's report holds anything of theirs. */
export interface ReportUser {
  readonly user: string;
  readonly mailTo: readonly string[];
  /** Opens their own reports in the archive. A secret. */
  readonly archiveToken?: string;
}

/**
 * Every `[user.NAME]` with a `MailTo`; what is wrong goes to the reader. The owner's address is `EmailTo` of `[smtp]`.
 *
 * @param owner the user whose report the settings are about
 */
export function readReportUsers(reader: SettingsReader, owner: string): ReportUser[] {
  return reader.document.sections.flatMap((section): ReportUser[] => {
    if (!section.startsWith(PREFIX)) return [];
    const user = section.slice(PREFIX.length);
    const problem = deviceIdProblem(user);
    if (problem !== undefined) reader.problem(section, undefined, TEXTS.badUserName(problem));
    const { MailTo, ArchiveToken: archiveToken } = reader.section(section, userSchema) ?? {};
    const own = [MailTo, archiveToken].some((setting) => setting !== undefined);
    if (user === owner && own) reader.problem(section, undefined, TEXTS.isOwner);
    if (archiveToken !== undefined && MailTo === undefined) reader.problem(section, 'ArchiveToken', TEXTS.needsMailTo);
    if (MailTo === undefined) return [];
    const mailTo = readAddresses(reader, section, 'MailTo', MailTo);
    return [{ user, mailTo, ...(archiveToken === undefined ? {} : { archiveToken }) }];
  });
}
