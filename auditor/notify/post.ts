import { join } from 'node:path';
import { archiveFolderIn, createArchive } from '../archive/archive.ts';
import { type AuditorConfig, mailFor } from '../config.ts';
import type { AuditState } from '../state/audit-state.ts';
import { createOutbox, type Outbox } from './outbox.ts';

export const outboxIn = (dataFolder: string): Outbox => createOutbox(join(dataFolder, 'outbox'));

/**
 * Puts reports that a kept state still holds into the archive and, for who gets mail, into the outbox. What is there
 * already stays as it is: a second call after a crash does nothing, while no mail of theirs was sent meanwhile.
 *
 * @returns the state without them, to be kept before the outbox is sent
 */
export async function postReports(config: AuditorConfig, state: AuditState): Promise<AuditState> {
  const { dataFolder } = config;
  for (const { mail, model } of state.unposted) {
    await createArchive(archiveFolderIn(dataFolder, mail.user)).put(mail, model);
    if (mailFor(config, mail.user) !== undefined) await outboxIn(dataFolder).put(mail);
  }
  return { ...state, unposted: [] };
}
