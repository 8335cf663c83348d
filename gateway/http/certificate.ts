import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { UserFacingError } from '../../core/language.ts';
import { errorCode } from '../../runtime/error-code.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { Reload } from '../../runtime/reload.ts';
import { openReload } from '../../runtime/settings-file.ts';

/** Absolute paths of PEM files: the certificate with its chain, and its key. */
export interface CertificateFiles {
  readonly cert: string;
  readonly key: string;
}

/** The contents of {@link CertificateFiles}. */
interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** A certificate that cannot be used; the message names the settings and never the key. */
export class CertificateError extends UserFacingError {
  override readonly name = 'CertificateError';
}

/**
 * The certificate, to be followed, so that a renewal needs no restart. Its first read is no edit: it belongs to the edit
 * of the settings that opened it, or to undoing one.
 *
 * @throws CertificateError when the files cannot be read or do not fit together
 */
export async function openCertificate({ cert, key }: CertificateFiles, logger: Logger): Promise<Reload<Certificate>> {
  const opened = await openReload<Certificate, Certificate>({
    name: 'certificate files',
    paths: [cert, key],
    async load() {
      try {
        return { cert: await readFile(cert, 'utf8'), key: await readFile(key, 'utf8') };
      } catch (error) {
        throw unusableCertificate(error);
      }
    },
    parse(certificate) {
      try {
        createSecureContext(certificate);
        return certificate;
      } catch (error) {
        throw unusableCertificate(error);
      }
    },
    logger,
  });
  const { succeededAt: openedAt } = opened.last();
  return {
    ...opened,
    last() {
      const last = opened.last();
      return last.succeededAt === openedAt ? { ...last, succeededAt: 0 } : last;
    },
  };
}

function unusableCertificate(error: unknown): CertificateError {
  const code = errorCode(error);
  return new CertificateError({
    zh: `[server] TlsCert 与 TlsKey 无法使用（${code}）：两者须为可读的 PEM 文件，且属于同一张证书`,
    en: `[server] TlsCert and TlsKey cannot be used (${code}): both must be readable PEM files that belong together`,
  });
}
