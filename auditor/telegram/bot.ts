import { type ApiClientOptions, Bot, GrammyError, InlineKeyboard } from 'grammy';
import { ProxyAgent, type RequestInit, type Response, fetch as undiciFetch } from 'undici';
import type { Language } from '../../core/language.ts';
import { type Clock, createPeriodicTask } from '../../runtime/async.ts';
import { type OrSetAside, orThrow } from '../../runtime/atomic-file.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { LiveView } from '../audit/latest.ts';
import type { TelegramConfig } from '../config.ts';
import { botMessages, TOPICS } from '../messages/bot.ts';
import { isSaidWith } from '../report/evidence.ts';
import type { AirportModel, ReportModel } from '../report/model.ts';
import { phrasesOf } from '../report/phrases.ts';
import { createChats } from './chats.ts';
import { type ConversationOptions, createConversation, fitting, menu, type Reply } from './conversation.ts';

export interface TelegramBot {
  /** Pushes what was found and a chat was not sent yet to the chats of its user. Never throws. */
  announce(): Promise<void>;
  stop(): Promise<void>;
}

interface TelegramBotOptions extends Pick<ConversationOptions, 'folder' | 'language' | 'day'> {
  readonly config: TelegramConfig;
  readonly view: LiveView;
  readonly clock: Clock;
  /** Handles a damaged file of chats or codes; an error by default. */
  readonly orSetAside?: OrSetAside;
  readonly logger: Logger;
}

/** After Telegram could not be reached or refused the token. */
const AGAIN_MS = 30_000;
const STOP_MS = 2_000;
/** Telegram holds a question for updates open so long; a call that takes longer is lost. */
const CALL_SECONDS = 60;

/** Starts a bot that asks Telegram for messages, so that the VPS needs no open port, until it is stopped. */
export function startTelegramBot({
  config,
  view,
  clock,
  orSetAside = orThrow,
  logger,
  ...rest
}: TelegramBotOptions): TelegramBot {
  const { folder, language, day } = rest;
  const chats = createChats(folder, orSetAside);
  const transport = createTransport(config.proxy);
  const answer = createConversation({ folder, chats, view, language, day, now: clock.now, orSetAside });
  const client: ApiClientOptions = {
    apiRoot: config.apiRoot,
    timeoutSeconds: CALL_SECONDS,
    fetch: transport.fetch as unknown as NonNullable<ApiClientOptions['fetch']>,
  };
  let bot = new Bot(config.token, { client });

  const send = async (chat: number, { text, buttons }: Reply): Promise<void> => {
    const keyboard = InlineKeyboard.from(
      buttons.map((row) => row.map((each) => InlineKeyboard.text(each.text, each.data))),
    );
    await bot.api.sendMessage(chat, text, buttons.length === 0 ? {} : { reply_markup: keyboard });
  };
  const once = async (): Promise<void> => {
    bot = new Bot(config.token, { client });
    // Asked here, once: the library would ask again and again, and could not be stopped meanwhile.
    bot.botInfo = await bot.api.getMe();
    bot.on('message:text', async ({ chat, message }) => send(chat.id, await answer(chat.id, message.text)));
    bot.on('callback_query:data', async (context) => {
      const chat = context.chat?.id;
      if (chat !== undefined) await send(chat, await answer(chat, context.callbackQuery.data));
      await context.answerCallbackQuery();
    });
    bot.catch(({ error }) => logger.warn({ problem: withoutToken(error) }, 'a Telegram message was not answered'));
    const { topics, mute, stop } = botMessages(language);
    const commands = TOPICS.map((command) => ({ command, description: topics[command] }));
    await bot.api.setMyCommands([
      ...commands,
      { command: 'mute', description: mute },
      { command: 'stop', description: stop },
    ]);
    await bot.start({
      allowed_updates: ['message', 'callback_query'],
      onStart: ({ username }) => logger.info({ bot: username }, 'Telegram bot started'),
    });
  };
  const task = createPeriodicTask({
    clock,
    every: AGAIN_MS,
    run: once,
    onError(error) {
      if (!task.signal.aborted)
        logger.error({ problem: withoutToken(error) }, 'Telegram cannot be used for now; tried again');
    },
  });
  task.start();
  const logUnsent = (error: unknown): void =>
    logger.warn({ problem: withoutToken(error) }, 'a finding was not told on Telegram; tried again');
  const tell = async (user: string, { key, at, text, isTold }: News): Promise<void> => {
    for (const { chat, mutedUntil, told } of await chats.of(user)) {
      if (mutedUntil > clock.now() || isTold(told.get(key))) continue;
      try {
        await send(chat, { text, buttons: menu(language) });
        await chats.change(chat, { told: new Map(told).set(key, at) });
      } catch (error) {
        // A chat that blocked the bot, or is gone, must not keep the others from being told.
        if (!isOfTheChat(error)) throw error;
        logUnsent(error);
      }
    }
  };

  return {
    async announce() {
      try {
        for (const { user, model } of view.airports()) {
          for (const news of newsOf(model, view.of(user, day), language)) await tell(user, news);
        }
      } catch (error) {
        logUnsent(error);
      }
    },
    async stop() {
      const stopped = task.stop();
      // Telegram is told which messages were answered, as far as it can be reached in time.
      const waiting = new AbortController();
      await Promise.race([bot.stop().catch(() => undefined), clock.sleep(STOP_MS, waiting.signal)]);
      waiting.abort();
      await transport.close();
      await stopped;
    },
  };
}

/** The name of a bot by its token; else whether Telegram refuses the token or cannot be reached. */
export async function askBotName({
  token,
  apiRoot,
  proxy,
}: TelegramConfig): Promise<{ readonly name: string } | { readonly problem: 'token' | 'unreachable' }> {
  const transport = createTransport(proxy);
  const fetch = transport.fetch as unknown as NonNullable<ApiClientOptions['fetch']>;
  try {
    const { username } = await new Bot(token, { client: { apiRoot, timeoutSeconds: 10, fetch } }).api.getMe();
    return { name: username };
  } catch (error) {
    return { problem: error instanceof GrammyError ? 'token' : 'unreachable' };
  } finally {
    await transport.close();
  }
}

function isOfTheChat(error: unknown): boolean {
  return error instanceof GrammyError && (error.error_code === 400 || error.error_code === 403);
}

/** What went wrong, without the token, which is in every address of the Bot API. */
function withoutToken(error: unknown): string {
  if (error instanceof GrammyError) return `${error.method}: ${error.error_code} ${error.description}`;
  const { code, path } = error as NodeJS.ErrnoException;
  if (code !== undefined && path !== undefined) return `${path} cannot be used (${code}); look at [server] DataDir`;
  return error instanceof Error ? error.name : 'unknown';
}

/** The few things that the bot library passes to its fetch. */
interface Sent {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
  readonly signal?: { readonly aborted: boolean; addEventListener(type: 'abort', listener: () => void): void } | null;
}

/** HTTP for the bot, through a proxy where Telegram cannot be reached directly. */
interface Transport {
  fetch(url: string, sent?: Sent): Promise<Response>;
  /** Ends what still runs. */
  close(): Promise<void>;
}

/** @param proxy such as `http://127.0.0.1:7890` */
function createTransport(proxy: string | undefined): Transport {
  const agent = proxy === undefined ? undefined : new ProxyAgent(proxy);
  const closing = new AbortController();
  return {
    fetch(url, { method, headers, body, signal } = {}) {
      // The library brings a signal class of its own, which undici would not take.
      const ending = new AbortController();
      if (signal?.aborted === true) ending.abort();
      signal?.addEventListener('abort', () => ending.abort());
      const request: RequestInit = { signal: AbortSignal.any([ending.signal, closing.signal]) };
      if (method !== undefined) request.method = method;
      if (headers !== undefined) request.headers = headers;
      if (typeof body === 'string') request.body = body;
      if (agent !== undefined) request.dispatcher = agent;
      return undiciFetch(url, request);
    },
    async close() {
      closing.abort();
      await agent?.destroy();
    },
  };
}

/** What a chat is told without asking. */
interface News {
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
