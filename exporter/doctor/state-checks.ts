import { errorCode } from '../../runtime/error-code.ts';
import type { Files } from '../host/files.ts';
import { bad, type Finding, good } from './finding.ts';

/**
 * Whether the state can be written to a folder.
 *
 * @param key the setting that names it
 */
export async function checkStateFolder(files: Files, folder: string, key: 'StateDir' | 'StateSync'): Promise<Finding> {
  try {
    await files.tryFolder(folder);
    return good({ zh: `状态目录 ${folder} 可写`, en: `state folder ${folder} can be written` });
  } catch (error) {
    const code = errorCode(error);
    return bad({
      zh: `状态目录 ${folder} 不可写（${code}）：请修改 [client] ${key} 或其权限`,
      en: `state folder ${folder} cannot be written (${code}): mend [client] ${key} or its permissions`,
    });
  }
}
