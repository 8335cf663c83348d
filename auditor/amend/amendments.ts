import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import { parseJson } from '../../core/json.ts';
import { readUndamaged, writeFileAtomic } from '../../runtime/atomic-file.ts';
import { whileLocked } from '../../runtime/file-lock.ts';
import type { Answer } from '../verdict/surplus.ts';
import type { Interval } from '../verdict/use.ts';

const interval = z
  .object({ low: z.number().nonnegative(), high: z.number().nonnegative() })
  .refine(({ low, high }) => low <= high);
/** What an airport bills above use is known: bytes a day, or a share of what names and settings let expect. */
const knownAnswer = z.object({
  kind: z.literal('known'),
  daily: z.number().nonnegative().optional(),
  share: z.number().nonnegative().optional(),
  note: z.string().optional(),
  /** When it was said, epoch milliseconds. */
  at: z.number(),
});
/** It is a leak, until it ends. */
const leakAnswer = z.object({ kind: z.literal('leak'), at: z.number() });
const isOneAmount = ({ daily, share }: { daily?: number | undefined; share?: number | undefined }): boolean =>
  (daily === undefined) !== (share === undefined);

/** One amendment as the file keeps it. */
export const amendmentSchema = z.discriminatedUnion('kind', [
  /** A person has looked: the windows that hold this day are as they should be. */
  z.object({ kind: z.literal('acknowledge'), airport: z.string(), date: z.iso.date() }),
  z.object({ kind: z.literal('multiplier'), node: z.string(), multiplier: interval }),
  z.object({ kind: z.literal('node'), node: z.string(), airport: z.string() }),
  /** A device that was renamed, or replaced by another. */
  z.object({ kind: z.literal('device'), before: z.string(), after: z.string() }),
  knownAnswer.extend({ airport: z.string() }).refine(isOneAmount),
  leakAnswer.extend({ airport: z.string() }),
]);
const fileSchema = z.object({ version: z.literal(1), amendments: z.array(amendmentSchema) });

/** What a person says of the past. */
export type Amendment = z.infer<typeof amendmentSchema>;

/** All that was said, ready to be asked; the last word on a thing counts. */
export interface Amendments {
  readonly list: readonly Amendment[];
  /** Tells one list from another, whatever their lengths; empty where nothing was said. */
  readonly digest: string;
  multiplierOf(node: string): Interval | undefined;
  /** The airport that a node belongs to. */
  ownerOf(node: string): string | undefined;
  /** Whether a device goes by another name now. */
  isGone(device: string): boolean;
  /** Whether a device is an old one by a new name. */
  isSuccessor(device: string): boolean;
  /** Whether a day of an airport was acknowledged, by ISO date. */
  isAcknowledged(airport: string, date: string): boolean;
  /** What was answered of an airport's surplus, oldest first; the last word counts. */
  answersOf(airport: string): readonly Answer[];
}

export function amendmentsOf(list: readonly Amendment[]): Amendments {
  const newest = [...list].reverse();
  const devices = list.filter((each) => each.kind === 'device');
  return {
    list,
    digest: list.length === 0 ? '' : createHash('sha256').update(JSON.stringify(list)).digest('hex'),
    multiplierOf: (node) =>
      newest.filter((each) => each.kind === 'multiplier').find((each) => each.node === node)?.multiplier,
    ownerOf: (node) => newest.filter((each) => each.kind === 'node').find((each) => each.node === node)?.airport,
    isGone: (device) => devices.some(({ before }) => before === device),
    isSuccessor: (device) => devices.some(({ after }) => after === device),
    isAcknowledged: (airport, date) =>
      list.some((each) => each.kind === 'acknowledge' && each.airport === airport && each.date === date),
    answersOf: (airport) =>
      list.flatMap((each): Answer[] => {
        if ((each.kind !== 'known' && each.kind !== 'leak') || each.airport !== airport) return [];
        const { airport: _, ...answer } = each;
        return [answer];
      }),
  };
}

export const NO_AMENDMENTS = amendmentsOf([]);

const pathIn = (dataFolder: string): string => join(dataFolder, 'amendments.json');

/** @throws DamagedFileError */
export async function readAmendments(dataFolder: string): Promise<Amendments> {
  const list = await readUndamaged(pathIn(dataFolder), (text) => {
    const parsed = fileSchema.safeParse(parseJson(text));
    if (!parsed.success) throw new Error('it is not a list of amendments');
    return parsed.data.amendments;
  });
  return list === undefined ? NO_AMENDMENTS : amendmentsOf(list);
}

/** Adds one to the file; the running auditor takes it up at its next observation. @throws DamagedFileError, FileLockError */
export async function addAmendment(dataFolder: string, amendment: Amendment): Promise<Amendments> {
  return whileLocked(pathIn(dataFolder), async () => {
    const all = [...(await readAmendments(dataFolder)).list, amendment];
    await writeAmendments(dataFolder, all);
    return amendmentsOf(all);
  });
}

/** Those that a damaged file is replaced by. */
export async function writeAmendments(dataFolder: string, list: readonly Amendment[]): Promise<void> {
  await writeFileAtomic(pathIn(dataFolder), `${JSON.stringify({ version: 1, amendments: list }, undefined, 2)}\n`);
}
