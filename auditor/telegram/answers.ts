import type { Language } from '../../core/language.ts';
import { formatLocalTime } from '../../core/local-day.ts';
import { botMessages, type Topic } from '../messages/bot.ts';
import { reasonText } from '../messages/report.ts';
import type { ReportModel } from '../report/model.ts';
import { phrasesOf } from '../report/phrases.ts';
import { airportLines, deviceLines, nodeLines, reportText, todayLines } from '../report/text.ts';

/** Telegram takes no longer message, in UTF-16 units. */
const LONGEST = 4096;

/** The answer to one question, as plain text: names of nodes and devices need no escaping in it. */
export function answerTo(topic: Topic, model: ReportModel, language: Language): string {
  const words = botMessages(language);
  if (model.at === 0) return words.nothingYet;
  const lines = topic === 'report' ? [reportText(model, language).trimEnd()] : linesOf(topic, model, language);
  return fitting([...lines, '', words.asOf(formatLocalTime(model.at, model.timezone))].join('\n'));
}

function linesOf(topic: Exclude<Topic, 'report'>, model: ReportModel, language: Language): readonly string[] {
  const phrases = phrasesOf(model, language);
  const { words } = phrases;
  const { today, airports } = model;
  switch (topic) {
    case 'today':
      return [`${words.summary}:`, ...todayLines(model, phrases)];
    case 'devices':
      return [
        `【${words.devices}】`,
        ...(today.known ? deviceLines(today.devices, phrases) : [words.unknownToday(reasonText(words, today.reasons))]),
      ];
    case 'nodes':
      return [`【${words.nodes}】`, ...airports.flatMap((airport) => nodeLines(airport, phrases))];
    case 'airport':
      return airports.length === 0
        ? [botMessages(language).noAirport]
        : [`【${words.airports}】`, ...airports.flatMap((airport) => airportLines(airport, phrases))];
    case 'verdict':
      return airports.length === 0
        ? [botMessages(language).noAirport]
        : [phrases.headline, ...airports.flatMap((airport) => [phrases.evidence(airport), ...phrases.notes(airport)])];
  }
}

/** What is too long ends in an ellipsis; the mail has it all. Telegram refuses half an emoji. */
export function fitting(text: string): string {
  if (text.length <= LONGEST) return text;
  return `${text.slice(0, LONGEST - 2).replace(/[\uD800-\uDBFF]$/, '')}\n…`;
}
