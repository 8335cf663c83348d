import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { watch } from 'chokidar';
import { SpokenError } from '../../core/language.ts';
import { errorCode } from '../../runtime/error-code.ts';
import type { Logger } from '../../runtime/logger.ts';
import { TEXTS } from '../texts.ts';

/** Absolute paths of PEM files: the certificate with its chain, and its key. */
export interface CertificateFiles {
  readonly cert: string;
  readonly key: string;
}

/** The contents of {@link CertificateFiles}. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** A certificate that cannot be used; the message names the settings and never the key. */
export class CertificateError extends SpokenError {
  override readonly name = 'CertificateError';
}

/** The door's certificate, read again whenever its files change, so that a renewal needs no restart. */
export interface DoorCertificate {
  readonly first: Certificate;
  /** @param use is called with each good renewal; a bad one is logged and changes nothing */
  follow(use: (next: Certificate) => void): void;
  close(): Promise<void>;
}

/** @throws CertificateError when the files cannot be read or do not fit together */
export async function openDoorCertificate(files: CertificateFiles, logger: Logger): Promise<DoorCertificate> {
  const first = await readCertificate(files);
  let use: (next: Certificate) => void = () => undefined;
  let queue = Promise.resolve();
  const reload = async (): Promise<void> => {
    try {
      use(await readCertificate(files));
      logger.info('certificate reloaded');
    } catch (error) {
      logger.error({ err: error }, 'the certificate is kept as it was');
    }
  };
  const watcher = watch([files.cert, files.key], {
    ignoreInitial: true,
    awaitWriteFinish: { stabilityThreshold: 150, pollInterval: 50 },
  });
  const enqueue = (): void => {
    queue = queue.then(reload);
  };
  watcher.on('add', enqueue).on('change', enqueue);
  await new Promise<void>((resolve) => {
    watcher.once('ready', resolve);
  });
  return {
    first,
    follow(next) {
      use = next;
    },
    async close() {
      await watcher.close();
      await queue;
    },
  };
}

async function readCertificate(files: CertificateFiles): Promise<Certificate> {
  try {
    const certificate = { cert: await readFile(files.cert, 'utf8'), key: await readFile(files.key, 'utf8') };
    createSecureContext(certificate);
    return certificate;
  } catch (error) {
    throw new CertificateError(TEXTS.certificate(errorCode(error)));
  }
}
