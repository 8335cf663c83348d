import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { type HttpListener, listenHttp } from '../runtime/http.ts';

/** A message that the bot sent. */
export interface SentMessage {
  readonly chat: number;
  readonly text: string;
  /** What its buttons hold, row after row. */
  readonly buttons: readonly string[];
}

/** A Bot API on loopback, as one bot sees it. */
export interface TelegramSimulator {
  /** @throws ListenError when the port is taken */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** To be used as the API's root. @throws Error before the start */
  origin(): string;
  readonly sent: readonly SentMessage[];
  /** A person writes to the bot. */
  say(chat: number, text: string): void;
  /** A person presses a button of the bot. */
  press(chat: number, data: string): void;
  /** From now on answers with this status, such as 502; undefined works again. */
  fail(status: number | undefined): void;
  /** A person wants no more messages of the bot: what is sent to them is answered with 403. */
  block(chat: number): void;
}

const paramsSchema = z.looseObject({
  offset: z.number().optional(),
  timeout: z.number().optional(),
  // As text too, which the Bot API takes as well.
  chat_id: z.coerce.number().optional(),
  text: z.string().optional(),
  reply_markup: z
    .object({ inline_keyboard: z.array(z.array(z.object({ callback_data: z.string() }))).optional() })
    .optional(),
});
type Params = z.infer<typeof paramsSchema>;
interface Update {
  readonly update_id: number;
  readonly [kind: string]: unknown;
}

const BOT = { id: 1, is_bot: true, first_name: 'FlowCollect', username: 'flowcollect_bot' };

/** @param options.token the one bot's; others are answered with 401 */
export function createTelegram(options: {
  readonly port: number;
  readonly token: string;
  /** Epoch milliseconds. */
  readonly clock: () => number;
}): TelegramSimulator {
  let listener: HttpListener | undefined;
  let failing: number | undefined;
  const blocking = new Set<number>();
  let updates: Update[] = [];
  let [lastUpdate, lastMessage] = [0, 0];
  const sent: SentMessage[] = [];
  const waiting = new Set<() => void>();

  const person = (chat: number) => ({ id: chat, is_bot: false, first_name: 'P' });
  const message = (chat: number, text: string) => {
    lastMessage += 1;
    const date = Math.floor(options.clock() / 1000);
    return { message_id: lastMessage, date, chat: { id: chat, type: 'private', first_name: 'P' }, text };
  };
  const add = (update: Readonly<Record<string, unknown>>): void => {
    lastUpdate += 1;
    updates.push({ update_id: lastUpdate, ...update });
    for (const wake of waiting) wake();
  };
  const getUpdates = async ({ offset = 0, timeout = 0 }: Params): Promise<readonly Update[]> => {
    updates = updates.filter((each) => each.update_id >= offset);
    if (updates.length > 0 || timeout === 0) return updates;
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        waiting.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, timeout * 1000);
      waiting.add(wake);
    });
    return updates;
  };
  const call = async (method: string, params: Params): Promise<unknown> => {
    if (method === 'getMe') return BOT;
    if (method === 'getUpdates') return getUpdates(params);
    if (method !== 'sendMessage') return true;
    const [chat, text] = [params.chat_id ?? 0, params.text ?? ''];
    const buttons = (params.reply_markup?.inline_keyboard ?? []).flat().map((button) => button.callback_data);
    sent.push({ chat, text, buttons });
    return { ...message(chat, text), from: BOT };
  };
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const [, token, method = ''] = /^\/bot([^/]+)\/(\w+)$/.exec(request.url ?? '') ?? [];
    const params = paramsSchema.parse(JSON.parse((await text(request)) || '{}'));
    const blocked = method === 'sendMessage' && blocking.has(params.chat_id ?? 0) ? 403 : undefined;
    const status = token === options.token ? (failing ?? blocked) : 401;
    const body =
      status === undefined
        ? { ok: true, result: await call(method, params) }
        : { ok: false, error_code: status, description: 'refused' };
    response.writeHead(status ?? 200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };

  return {
    sent,
    async start() {
      const address = { host: '127.0.0.1', port: options.port, setting: '--telegram-port' };
      listener = await listenHttp((request, response) => {
        answer(request, response).catch(() => response.writeHead(400).end());
      }, address);
    },
    async stop() {
      for (const wake of waiting) wake();
      listener?.server.closeAllConnections();
      await listener?.close();
    },
    origin() {
      if (listener === undefined) throw new Error('the Telegram simulator has not started');
      return listener.origin;
    },
    say: (chat, text) => add({ message: { ...message(chat, text), from: person(chat) } }),
    press: (chat, data) =>
      add({
        callback_query: {
          id: String(lastUpdate),
          from: person(chat),
          message: message(chat, ''),
          chat_instance: '1',
          data,
        },
      }),
    fail(status) {
      failing = status;
    },
    block: (chat) => void blocking.add(chat),
  };
}
