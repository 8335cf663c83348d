import { join } from 'node:path';
import { z } from 'zod';
import { namedSchema } from '../../core/json.ts';
import { createSerialQueue } from '../../runtime/async/serial-queue.ts';
import { readFileIfExists, writeFileAtomic } from '../../runtime/atomic-file.ts';

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

/** Which chats see whose figures, on disk. */
export interface Chats {
  find(chat: number): Promise<Chat | undefined>;
  of(user: string): Promise<readonly Chat[]>;
  /** Binds a chat, whatever it was bound to before. */
  bind(chat: number, user: string): Promise<void>;
  /** Changes a bound chat; a chat that is not bound stays so. */
  change(chat: number, change: Partial<Pick<Chat, 'mutedUntil' | 'told'>>): Promise<void>;
}

/** @param folder the auditor's data */
export function createChats(folder: string): Chats {
  const path = join(folder, 'telegram.json');
  const queue = createSerialQueue();
  const read = async (): Promise<Chat[]> => {
    const text = await readFileIfExists(path);
    return text === undefined ? [] : fileSchema.parse(JSON.parse(text)).chats;
  };
  const update = (next: (chats: readonly Chat[]) => readonly Chat[]): Promise<void> =>
    queue.run(async () => {
      const all = next(await read()).map((chat) => ({ ...chat, told: Object.fromEntries(chat.told) }));
      await writeFileAtomic(path, `${JSON.stringify({ version: 1, chats: all })}\n`);
    });
  return {
    find: async (chat) => (await read()).find((each) => each.chat === chat),
    of: async (user) => (await read()).filter((each) => each.user === user),
    bind: (chat, user) =>
      update((chats) => [
        ...chats.filter((each) => each.chat !== chat),
        { chat, user, mutedUntil: 0, told: new Map() },
      ]),
    change: (chat, change) =>
      update((chats) => chats.map((each) => (each.chat === chat ? { ...each, ...change } : each))),
  };
}
