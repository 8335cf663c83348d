import { readAuditorConfig } from '../auditor/config.ts';
import { SettingsError } from '../core/settings.ts';

/** The auditor's settings in a text of these lines. @throws SettingsError */
export const readSettings = (...lines: string[]) =>
  readAuditorConfig('ServerSetting.ini', lines.join('\n'), '/etc/flowcollect');

/** What is said of settings that are refused. */
export function refusalOf(...lines: string[]): string {
  try {
    readSettings(...lines);
  } catch (error) {
    if (error instanceof SettingsError) return error.message;
    throw error;
  }
  throw new Error('expected a SettingsError');
}
