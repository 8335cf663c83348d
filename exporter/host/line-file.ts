import type { LineFile } from './host.ts';

/** What a file of lines is made of. All throw the system's errors. */
export interface LineFileParts {
  /** Makes the folder of a file where there is none. */
  makeFolder(path: string): void;
  /** What is at a path, with the beginning of a file; undefined where there is nothing. */
  look(path: string): { readonly size: number; readonly beginning: string | undefined } | undefined;
  rename(from: string, to: string): void;
  /** Adds to a file that its owner alone may read, and makes it where there is none. */
  append(path: string, text: string): void;
}

const LARGEST = 5 * 2 ** 20;
const utf8 = new TextEncoder();

/** @param isOwn whether what begins so was written by this program @param largest bytes */
export function createLineFile(
  parts: LineFileParts,
  path: string,
  isOwn: (beginning: string) => boolean,
  largest = LARGEST,
): LineFile {
  let size: number | undefined;
  /** Bytes of a file of lines; 0 where nothing is there. @throws with the code `NOT_A_LOG` where it is anything else */
  function ownSize(at: string): number {
    const found = parts.look(at);
    if (found === undefined) return 0;
    if (found.beginning !== undefined && (found.size === 0 || isOwn(found.beginning))) return found.size;
    throw Object.assign(new Error(`${at} is something else than a log`), { code: 'NOT_A_LOG' });
  }
  return {
    append(line) {
      const text = `${line}\n`;
      const length = utf8.encode(text).length;
      if (size === undefined) {
        parts.makeFolder(path);
        size = ownSize(path);
      }
      if (size > 0 && size + length > largest) {
        // By now others may stand at either name.
        ownSize(path);
        ownSize(`${path}.1`);
        parts.rename(path, `${path}.1`);
        size = 0;
      }
      parts.append(path, text);
      size += length;
    },
  };
}
