import type { Language } from '../../core/language.ts';
import { given } from '../../runtime/console-language.ts';
import { readPairingCode } from '../pairing-code.ts';

/**
 * The language of a device that has no settings yet: that of the VPS, which its pairing code carries, else that of the
 * system (locale(7)), else Chinese.
 *
 * @param argv the command and its arguments
 */
export function firstLanguage(
  [command, what, ...rest]: readonly string[],
  environment: (name: string) => string | undefined,
): Language {
  if (command !== 'init' || what === 'server') return 'zh';
  const code = given('--code', rest);
  const carried = code === undefined ? undefined : readPairingCode(code)?.language;
  if (carried !== undefined) return carried;
  const locale = ['LC_ALL', 'LC_MESSAGES', 'LANG']
    .map(environment)
    .find((value) => value !== undefined && value !== '');
  return locale === undefined || /^(?:zh|C|POSIX)(?![a-z])/i.test(locale) ? 'zh' : 'en';
}
