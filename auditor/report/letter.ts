import type { Language } from '../config.ts';
import { reportHtml } from './html.ts';
import type { Letter } from './mail.ts';
import type { ReportModel } from './model.ts';
import { reportText } from './text.ts';
import { wordsOf } from './words.ts';

/** The mail of a report. One report has one id, whenever and however often its letter is written. */
export function letterOf(model: ReportModel, language: Language): Letter {
  return {
    id: `report-${model.day.date}-${model.at.toString(36)}`,
    subject: wordsOf(language).subject(model.day.date),
    text: reportText(model, language),
    html: reportHtml(model, language),
  };
}
