import { createHash, randomInt } from 'node:crypto';
import { unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { namedSchema, parseJson } from '../../core/json.ts';
import { createSerialQueue } from '../../runtime/async.ts';
import { orThrow, readUndamaged, writeFileAtomic } from '../../runtime/atomic-file.ts';
import { whileLocked } from '../../runtime/file-lock.ts';

const chatSchema = z.object({
  chat: z.number(),
  user: z.string(),
  /** Epoch milliseconds until which nothing is pushed; 0 when not muted. */
  mutedUntil: z.number(),
  /** For each thing that was told, such as the leak of an airport, an instant by which it is known again. */
  told: namedSchema(z.number()),
});
export type Chat = z.infer<typeof chatSchema>;
const fileSchema = z.object({ version: z.literal(1), chats: z.array(chatSchema) });

/** Which chats see whose figures, on disk: the service and commands may change them at the same time. */
export interface Chats {
  all(): Promise<readonly Chat[]>;
  find(chat: number): Promise<Chat | undefined>;
  of(user: string): Promise<readonly Chat[]>;
  /** Binds a chat, whatever it was bound to before. */
  bind(chat: number, user: string): Promise<void>;
  /** @returns those that were bound until now */
  unbind(isMeant: (chat: Chat) => boolean): Promise<readonly Chat[]>;
  /** Changes a bound chat; a chat that is not bound stays so. */
  change(chat: number, change: Partial<Pick<Chat, 'mutedUntil' | 'told'>>): Promise<void>;
}

/**
 * @param folder the auditor's data
 * @param orSetAside who sees to a damaged file; without one it is an error
 */
export function createChats(folder: string, orSetAside = orThrow): Chats {
  const path = join(folder, 'telegram.json');
  const read = async (): Promise<Chat[]> =>
    (await orSetAside(() =>
      readUndamaged(path, (text) => {
        const parsed = fileSchema.safeParse(parseJson(text));
        if (!parsed.success) throw new Error('it is not a list of chats');
        return parsed.data.chats;
      }),
    )) ?? [];
  // Who waits for the lock gets it in any order: the last word of one process is its last one.
  const queue = createSerialQueue();
  const update = (next: (chats: readonly Chat[]) => readonly Chat[]): Promise<void> =>
    queue.run(() =>
      whileLocked(path, async () => {
        const all = next(await read()).map((chat) => ({ ...chat, told: Object.fromEntries(chat.told) }));
        await writeFileAtomic(path, `${JSON.stringify({ version: 1, chats: all })}\n`);
      }),
    );
  return {
    all: read,
    find: async (chat) => (await read()).find((each) => each.chat === chat),
    of: async (user) => (await read()).filter((each) => each.user === user),
    bind: (chat, user) =>
      update((chats) => [
        ...chats.filter((each) => each.chat !== chat),
        { chat, user, mutedUntil: 0, told: new Map() },
      ]),
    async unbind(isMeant) {
      let gone: readonly Chat[] = [];
      await update((chats) => {
        gone = chats.filter(isMeant);
        return chats.filter((each) => !isMeant(each));
      });
      return gone;
    },
    change: (chat, change) =>
      update((chats) => chats.map((each) => (each.chat === chat ? { ...each, ...change } : each))),
  };
}

/** Without letters and digits that look alike. */
const ALPHABET = 'ABCDEFGHJKMNPQRSTUVWXYZ23456789';
const LENGTH = 10;
export const CODE_LIVES = 15 * 60_000;

const codeSchema = z.object({ user: z.string(), until: z.number() });

/**
 * Makes a code with which one chat can be bound to a user, once. One file for each, named by the code's hash, so that
 * the command that makes it and the service that takes it share nothing else.
 *
 * @param folder the auditor's data
 * @param now epoch milliseconds
 */
export async function makeBindingCode(folder: string, user: string, now: number): Promise<string> {
  const code = Array.from({ length: LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
  await writeFileAtomic(pathOf(folder, code), JSON.stringify({ user, until: now + CODE_LIVES }));
  return code;
}

/**
 * Takes a code.
 *
 * @param orSetAside who sees to a damaged one; without one it is an error
 * @returns its user, or undefined when there is no such code, or no longer
 */
export async function takeBindingCode(
  folder: string,
  code: string,
  now: number,
  orSetAside = orThrow,
): Promise<string | undefined> {
  const path = pathOf(folder, code.trim().toUpperCase());
  const found = await orSetAside(() =>
    readUndamaged(path, (text) => {
      const parsed = codeSchema.safeParse(parseJson(text));
      if (!parsed.success) throw new Error('it is not a code; make another one with flowcollect telegram code');
      return parsed.data;
    }),
  );
  if (found === undefined) return undefined;
  try {
    // Whoever removes the file has it: a second chat finds none.
    await unlink(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  return now < found.until ? found.user : undefined;
}

function pathOf(folder: string, code: string): string {
  return join(folder, 'telegram-codes', `${createHash('sha256').update(code).digest('hex')}.json`);
}
