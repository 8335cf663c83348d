import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Language } from '../../core/language.ts';
import { wordsOf } from '../messages/report.ts';
import { reportHtml } from './html.ts';
import type { ReportModel } from './model.ts';
import { reportText } from './text.ts';

export const reportMailSchema = z.object({
  /** Makes its Message-ID, so that a mail sent twice after a crash is known as one. */
  id: z.string(),
  /** Whose report it is; their address is looked up when it is sent. */
  user: z.string(),
  subject: z.string(),
  text: z.string(),
  html: z.string(),
});

/** A report as a mail ready to send. */
export type ReportMail = Readonly<z.infer<typeof reportMailSchema>>;

/** The mail of a report. One report has one id, whenever and however often its mail is written. */
export function reportMailOf(model: ReportModel, language: Language): ReportMail {
  const { user, day, at } = model;
  return {
    id: `report-${day.date}-${at.toString(36)}-${userKey(user)}`,
    user,
    subject: wordsOf(language).subject(day.date),
    text: reportText(model, language),
    html: reportHtml(model, language),
  };
}

/** When the mail of an id was written, in epoch milliseconds; undefined for an id that is none of a report. */
export function writtenAt(id: string): number | undefined {
  const at = /^report-\d{4}-\d{2}-\d{2}-([a-z0-9]+)-[0-9a-f]{16}$/.exec(id)?.[1];
  return at === undefined ? undefined : Number.parseInt(at, 36);
}

/** A user's name as part of a file's name or a Message-ID: short, and of plain letters whatever the name is. */
export function userKey(user: string): string {
  return createHash('sha256').update(user).digest('hex').slice(0, 16);
}
