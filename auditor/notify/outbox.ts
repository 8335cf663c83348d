import { readdir, readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeFileAtomic } from '../../runtime/atomic-file.ts';
import type { ReportMail } from './smtp.ts';

export const reportMailSchema = z.object({
  id: z.string(),
  user: z.string(),
  subject: z.string(),
  text: z.string(),
  html: z.string(),
});

const waitingSchema = reportMailSchema.extend({
  /** The route of the mailer by which it was given up: it is not tried on that one any more. */
  givenUp: z.string().exactOptional(),
});
export type WaitingMail = z.infer<typeof waitingSchema>;

/** Mails on disk that no server has taken yet, so that neither an outage nor a restart loses one. */
export interface Outbox {
  put(mail: ReportMail | WaitingMail): Promise<void>;
  /** Mails that wait, oldest first. Files that are no mails are left alone. */
  list(): Promise<WaitingMail[]>;
  /** To be called once a server took it; a second call does nothing. */
  remove(id: string): Promise<void>;
}

/** @param folder made with the first mail */
export function createOutbox(folder: string): Outbox {
  const pathOf = (id: string): string => join(folder, `${id}.json`);
  return {
    put: (mail) => writeFileAtomic(pathOf(mail.id), `${JSON.stringify(mail)}\n`),
    async list() {
      const names = (await namesIn(folder)).filter((name) => name.endsWith('.json')).sort();
      const mails = await Promise.all(names.map((name) => readMail(join(folder, name))));
      return mails.filter((mail) => mail !== undefined);
    },
    async remove(id) {
      await unlink(pathOf(id)).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error;
      });
    },
  };
}

async function readMail(path: string): Promise<WaitingMail | undefined> {
  try {
    return waitingSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return undefined;
  }
}

/** A folder that no mail has made yet is empty. */
async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
