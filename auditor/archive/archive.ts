import { readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { parseJson } from '../../core/json.ts';
import { orThrow, readFileIfExists, readUndamaged, writeFileAtomic } from '../../runtime/atomic-file.ts';
import type { ReportModel } from '../report/model.ts';
import { type ReportMail, reportMailSchema, userKey } from '../report/report-mail.ts';
import { VERDICT_KINDS } from '../verdict/verdict.ts';

const bill = z.object({ low: z.number(), likely: z.number(), high: z.number().nullable() });
const kept = z.object({
  at: z.number(),
  day: z.object({ date: z.string() }),
  user: z.string(),
  verdict: z.enum(VERDICT_KINDS).nullable(),
  simulated: z.literal(true).exactOptional(),
  today: z.discriminatedUnion('known', [
    z.object({
      known: z.literal(true),
      classes: z.object({ proxy: z.number(), direct: z.number(), local: z.number() }),
      upload: z.number(),
      download: z.number(),
    }),
    z.object({ known: z.literal(false) }),
  ]),
  airports: z.array(
    z.object({
      airport: z.string(),
      used: z.number().nullable(),
      quota: z.number().nullable(),
      verdict: z.object({
        kind: z.enum(VERDICT_KINDS),
        bill: bill.optional(),
        expected: z.object({ likely: z.number() }).optional(),
        difference: z.number().nullable(),
        surplus: z.object({ daily: z.object({ likely: z.number() }) }).optional(),
      }),
    }),
  ),
});

/** The figures of a kept report that lists and tables show; sizes in bytes, `at` in epoch milliseconds. */
export type KeptReport = z.infer<typeof kept> & { readonly id: string };

/** Every report ever made for one user, on disk: its figures as JSON and what was mailed as HTML. */
export interface Archive {
  put(mail: ReportMail, model: ReportModel): Promise<void>;
  /** Months with reports, such as `2026-11`, newest first. */
  months(): Promise<string[]>;
  /** The reports of a month, oldest first; what is damaged is set aside. */
  month(month: string): Promise<KeptReport[]>;
  /** One file of a report; undefined when there is none, or the id is not one. */
  file(id: string, kind: 'json' | 'html'): Promise<string | undefined>;
}

/** As {@link ReportMail.id} is made; nothing else becomes a part of a path. */
const ID = /^report-(\d{4}-\d{2})-\d{2}-[a-z0-9]+-[0-9a-f]{16}$/;

/** Each user's reports have a folder of their own. */
export const archiveFolderIn = (dataFolder: string, user: string): string => join(dataFolder, 'reports', userKey(user));

/**
 * @param folder made with the first report
 * @param orSetAside who sees to a damaged report; without one it is an error
 */
export function createArchive(folder: string, orSetAside = orThrow): Archive {
  const ids = async (): Promise<string[]> => (await idsIn(folder)).filter((id) => ID.test(id));
  return {
    async put({ id, html }, model) {
      await writeFileAtomic(join(folder, `${id}.html`), html);
      await writeFileAtomic(join(folder, `${id}.json`), `${JSON.stringify(model)}\n`);
    },
    async months() {
      return [...new Set((await ids()).map((id) => ID.exec(id)?.[1] ?? ''))].reverse();
    },
    async month(month) {
      const wanted = (await ids()).filter((id) => ID.exec(id)?.[1] === month);
      const reports = await Promise.all(
        wanted.map((id) => orSetAside(() => readReport(join(folder, `${id}.json`), id))),
      );
      return reports.filter((report) => report !== undefined);
    },
    async file(id, kind) {
      return ID.test(id) ? readFileIfExists(join(folder, `${id}.${kind}`)) : undefined;
    },
  };
}

function readReport(path: string, id: string): Promise<KeptReport | undefined> {
  return readUndamaged(path, (text) => {
    const parsed = kept.safeParse(parseJson(text));
    if (!parsed.success) throw new Error('it is not a report');
    return { id, ...parsed.data };
  });
}

/** What is kept as JSON in a folder, in order; one that nothing has made yet is empty. */
async function idsIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return names.flatMap((name) => (name.endsWith('.json') ? name.slice(0, -'.json'.length) : [])).sort();
}

const waitingSchema = reportMailSchema.extend({
  /** The route of the mailer by which it was given up: it is not tried on that one any more. */
  givenUp: z.string().exactOptional(),
});
type WaitingMail = z.infer<typeof waitingSchema>;

/**
 * Mails on disk that no server has taken yet, so that neither an outage nor a restart loses one.
 *
 * @param dataFolder the auditor's
 * @param orSetAside who sees to a damaged mail; without one it is an error
 */
export function createOutbox(dataFolder: string, orSetAside = orThrow) {
  const folder = join(dataFolder, 'outbox');
  const pathOf = (id: string): string => join(folder, `${id}.json`);
  return {
    put: (mail: ReportMail | WaitingMail) => writeFileAtomic(pathOf(mail.id), `${JSON.stringify(mail)}\n`),
    /** Mails that wait, oldest first. */
    async list() {
      const ids = await idsIn(folder);
      const mails = await Promise.all(ids.map((id) => orSetAside(() => readMail(pathOf(id)))));
      return mails.filter((mail) => mail !== undefined);
    },
    /** To be called once a server took it; a second call does nothing. */
    async remove(id: string) {
      await unlink(pathOf(id)).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error;
      });
    },
  };
}

function readMail(path: string): Promise<WaitingMail | undefined> {
  return readUndamaged(path, (text) => {
    const parsed = waitingSchema.safeParse(parseJson(text));
    if (!parsed.success) throw new Error('it is not a mail of a report');
    return parsed.data;
  });
}
