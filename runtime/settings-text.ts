import { SettingsError } from '../core/settings.ts';
import { TEXTS } from './texts.ts';

/**
 * The text of a settings file: UTF-8; UTF-16 where its byte order mark says so (`>` in PowerShell); or GBK where it is
 * not valid UTF-8 (Notepad on a Chinese Windows).
 */
export function decodeSettings(bytes: Uint8Array): string {
  for (const encoding of ['utf-16le', 'utf-16be']) {
    const mark = encoding === 'utf-16le' ? [0xff, 0xfe] : [0xfe, 0xff];
    if (bytes[0] === mark[0] && bytes[1] === mark[1]) return new TextDecoder(encoding).decode(bytes);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('gbk').decode(bytes);
  }
}

/** Names the path and how to begin. @param code the system's */
export function unreadableSettings(path: string, code: string): SettingsError {
  const problem = code === 'ENOENT' ? TEXTS.settingsMissing : TEXTS.settingsUnreadable(code);
  return new SettingsError(path, [{ problem }]);
}

/** Names the path and what its folder needs. @param code the system's */
export function unwritableSettings(path: string, code: string): SettingsError {
  return new SettingsError(path, [{ problem: TEXTS.settingsUnwritable(code) }]);
}
