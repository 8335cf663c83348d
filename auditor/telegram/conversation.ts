import type { Language } from '../../core/language.ts';
import { type DayRule, formatLocalTime } from '../../core/local-day.ts';
import type { OrSetAside } from '../../runtime/atomic-file.ts';
import type { LiveView } from '../audit/latest.ts';
import { botMessages, TOPICS, type Topic } from '../messages/bot.ts';
import { reasonText } from '../messages/writing.ts';
import type { ReportModel } from '../report/model.ts';
import { phrasesOf } from '../report/phrases.ts';
import { airportLines, deviceLines, nodeLines, reportText, todayLines } from '../report/report-mail.ts';
import { type Chat, type Chats, takeBindingCode } from './chats.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Wrong codes an hour that a chat may send. */
const WRONG_CODES = 5;
const MUTE_DAYS = [1, 7] as const;

/** A message to a chat; each button shows its text and sends its data back. */
export interface Reply {
  readonly text: string;
  readonly buttons: readonly (readonly { readonly text: string; readonly data: string }[])[];
}

export interface ConversationOptions {
  /** The auditor's data. */
  readonly folder: string;
  readonly chats: Chats;
  readonly view: Pick<LiveView, 'of'>;
  readonly language: Language;
  readonly day: DayRule;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Sees to a damaged code. */
  readonly orSetAside: OrSetAside;
}

/**
 * What the bot says to what a person says: without Telegram itself.
 *
 * @returns the answer to a command, a code, or what a button sent
 */
export function createConversation(options: ConversationOptions): (chat: number, said: string) => Promise<Reply> {
  const { folder, chats, view, language, day, now, orSetAside } = options;
  const words = botMessages(language);
  const wrong = new Map<number, { count: number; since: number }>();
  const plain = (text: string): Reply => ({ text, buttons: [] });
  const withMenu = (text: string): Reply => ({ text, buttons: menu(language) });

  const bind = async (chat: number, code: string): Promise<Reply> => {
    if (code === '') return plain(words.unbound);
    const tries = wrong.get(chat);
    const recent = tries !== undefined && now() - tries.since < HOUR ? tries : { count: 0, since: now() };
    if (recent.count >= WRONG_CODES) return plain(words.tooManyCodes);
    const user = await takeBindingCode(folder, code, now(), orSetAside);
    if (user === undefined) {
      wrong.set(chat, { ...recent, count: recent.count + 1 });
      return plain(words.wrongCode);
    }
    wrong.delete(chat);
    await chats.bind(chat, user);
    return withMenu(words.bound(user));
  };
  const mute = async ({ chat }: Chat, days: number): Promise<Reply> => {
    const until = days === 0 ? 0 : now() + days * DAY;
    await chats.change(chat, { mutedUntil: until });
    return plain(days === 0 ? words.unmuted : words.muted(formatLocalTime(until, day.zone)));
  };
  const muteChoice = ({ mutedUntil }: Chat): Reply => ({
    text: mutedUntil > now() ? words.muted(formatLocalTime(mutedUntil, day.zone)) : words.unmuted,
    buttons: [
      [
        ...MUTE_DAYS.map((days) => ({ text: words.muteDays(days), data: `/mute ${days}` })),
        { text: words.unmute, data: '/mute 0' },
      ],
    ],
  });

  return async (chat, said) => {
    // In groups a command names the bot: /today@flowcollect_bot.
    const [, command = '', argument = ''] = /^\/(\w+)(?:@\w+)?\s*(.*)$/s.exec(said.trim()) ?? [];
    const bound = await chats.find(chat);
    if (command === 'start' && argument !== '') return bind(chat, argument);
    if (bound === undefined) return bind(chat, command === '' ? said : '');
    if (isTopic(command)) return withMenu(answerTo(command, view.of(bound.user, day), language));
    if (command === 'mute') return /^(?:0|1|7)$/.test(argument) ? mute(bound, Number(argument)) : muteChoice(bound);
    if (command === 'stop') {
      await chats.unbind((each) => each.chat === chat);
      return plain(words.stopped);
    }
    return withMenu(words.choose);
  };
}

/** The buttons under every answer, three in a row. */
export function menu(language: Language): Reply['buttons'] {
  const { topics, mute } = botMessages(language);
  const all = [...TOPICS.map((topic) => ({ text: topics[topic], data: `/${topic}` })), { text: mute, data: '/mute' }];
  return [all.slice(0, 3), all.slice(3, 6), all.slice(6)];
}

function isTopic(text: string): text is Topic {
  return (TOPICS as readonly string[]).includes(text);
}

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
      return [`【${words.nodes}】`, ...nodeLines(airports, phrases)];
    case 'airport':
      return airports.length === 0
        ? [botMessages(language).noAirport]
        : [`【${words.airports}】`, ...airports.flatMap((airport) => airportLines(airport, phrases))];
    case 'verdict':
      return airports.length === 0
        ? [botMessages(language).noAirport]
        : [phrases.headline, ...airports.flatMap(phrases.findings)];
  }
}

/** What is too long ends in an ellipsis; the mail has it all. Telegram refuses half an emoji. */
export function fitting(text: string): string {
  if (text.length <= LONGEST) return text;
  return `${text.slice(0, LONGEST - 2).replace(/[\uD800-\uDBFF]$/, '')}\n…`;
}
