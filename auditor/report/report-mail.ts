import { createHash } from 'node:crypto';
import type { Language } from '../../core/language.ts';
import type { ReportMail } from '../notify/smtp.ts';
import { reportHtml } from './html.ts';
import { wordsOf } from './messages.ts';
import type { ReportModel } from './model.ts';
import { reportText } from './text.ts';

/** The mail of a report. One report has one id, whenever and however often its letter is written. */
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

/** When the letter of an id was written, in epoch milliseconds; undefined for an id that is none of a report. */
export function writtenAt(id: string): number | undefined {
  const at = /^report-\d{4}-\d{2}-\d{2}-([a-z0-9]+)-[0-9a-f]{16}$/.exec(id)?.[1];
  return at === undefined ? undefined : Number.parseInt(at, 36);
}

/** A user's name as part of a file's name or a Message-ID: short, and of plain letters whatever the name is. */
export function userKey(user: string): string {
  return createHash('sha256').update(user).digest('hex').slice(0, 16);
}
