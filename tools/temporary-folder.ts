import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/**
 * Gives each test file a folder of its own as `tmpdir()`, for what it makes itself and for the programs it starts, and
 * removes it when the file has ended. Tests need not remove what they make there.
 */
const before = process.env.TMPDIR;
// Short: paths of sockets in it may have about a hundred bytes.
const folder = mkdtempSync(join(tmpdir(), 'fc-'));
// Programs that tests start as another user pass through it.
chmodSync(folder, 0o711);
process.env.TMPDIR = folder;

afterAll(() => {
  if (before === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = before;
  // A program that is still ending may write while this removes.
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});
