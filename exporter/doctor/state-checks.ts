import { access, constants, mkdir, rmdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Language } from '../../core/language.ts';
import { errorCode } from '../../runtime/error-code.ts';
import { bad, type Finding, good } from './finding.ts';

/**
 * Whether the state can be written to a folder. One that is not there is made and removed again: a check by root would
 * leave it to root.
 *
 * @param key the setting that names it
 */
export async function checkStateFolder(
  folder: string,
  key: 'StateDir' | 'StateSync',
  language: Language,
): Promise<Finding> {
  try {
    const made = await mkdir(folder, { recursive: true });
    await access(folder, constants.R_OK | constants.W_OK);
    if (made !== undefined) await removeEmpty(folder, made);
    return good(language, `状态目录 ${folder} 可写`, `state folder ${folder} can be written`);
  } catch (error) {
    const code = errorCode(error);
    return bad(
      language,
      `状态目录 ${folder} 不可写（${code}）：请修改 [client] ${key} 或其权限`,
      `state folder ${folder} cannot be written (${code}): mend [client] ${key} or its permissions`,
    );
  }
}

/** Removes a folder and those above it, up to `made`. One that is in use by now stays. */
async function removeEmpty(folder: string, made: string): Promise<void> {
  try {
    for (let path = folder; path.length >= made.length; path = dirname(path)) await rmdir(path);
  } catch (error) {
    if (errorCode(error) !== 'ENOTEMPTY') throw error;
  }
}
