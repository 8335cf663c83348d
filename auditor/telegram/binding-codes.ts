import { createHash, randomInt } from 'node:crypto';
import { readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeFileAtomic } from '../../runtime/atomic-file.ts';

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

/** Takes a code. @returns its user, or undefined when there is no such code, or no longer */
export async function takeBindingCode(folder: string, code: string, now: number): Promise<string | undefined> {
  const path = pathOf(folder, code.trim().toUpperCase());
  try {
    const { user, until } = codeSchema.parse(JSON.parse(await readFile(path, 'utf8')));
    // Whoever removes the file has it: a second chat finds none.
    await unlink(path);
    return now < until ? user : undefined;
  } catch {
    return undefined;
  }
}

function pathOf(folder: string, code: string): string {
  return join(folder, 'telegram-codes', `${createHash('sha256').update(code).digest('hex')}.json`);
}
