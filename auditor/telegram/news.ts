import type { Language } from '../../core/language.ts';
import { isSaidWith } from '../report/evidence.ts';
import type { AirportModel, ReportModel } from '../report/model.ts';
import { phrasesOf } from '../report/phrases.ts';
import { fitting } from './conversation.ts';

/** What a chat is told without asking. */
export interface News {
  /** Under which a chat remembers when it was told. */
  readonly key: string;
  /** What it then remembers, epoch milliseconds. */
  readonly at: number;
  readonly text: string;
  /** @param before what the chat remembers under the key */
  isTold(before: number | undefined): boolean;
}

/**
 * Leaks, once a window; a change, once until another begins; a steady surplus, once when it is told. Airports that are
 * judged together are reported once.
 *
 * @param model the user's report as of now, with all airports
 */
export function newsOf(airport: AirportModel, model: ReportModel, language: Language): News[] {
  const { airport: name, verdict } = airport;
  const { kind, window, drift, surplus } = verdict;
  const first = isSaidWith(airport, model);
  if (window === undefined || first?.verdict.kind === kind) return [];
  const { headline, evidence, notes } = phrasesOf({ ...model, airports: [airport], verdict: kind }, language);
  const once = (key: string, lines: readonly string[]): News => ({
    key,
    at: window.from,
    text: fitting(lines.join('\n')),
    isTold: (before) => before === window.from,
  });
  if (kind === 'leak') return [once(name, [`⚠️ ${headline}`, evidence(airport), ...notes(airport)])];
  const news: News[] = [];
  if (kind === 'drift' && drift !== undefined) {
    const told = once(`${name}\ndrift`, [`📈 ${headline}`, evidence(airport)]);
    news.push({ ...told, at: window.to, isTold: (before) => before !== undefined && drift.since <= before });
  }
  if (surplus?.reported === true && surplus.answered === null) {
    news.push(
      once(
        `${name}\nsurplus`,
        notes(airport).map((line) => `📌 ${line}`),
      ),
    );
  }
  return news.filter(({ text }) => text !== '');
}
