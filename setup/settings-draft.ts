import { readIni, setKey } from '../core/ini.ts';
import type { SetupFiles } from './host.ts';

/** Settings that are being made: what a file holds already, and what was answered. */
export interface SettingsDraft {
  readonly existed: boolean;
  /** What is in the file or was set; undefined where neither. */
  get(section: string, key: string): string | undefined;
  set(section: string, key: string, value: string): void;
  /**
   * Writes what was set: into the file as it is by now, should a command have changed it meanwhile, or a new one that is
   * readable by its owner alone. @throws SettingsError
   */
  write(): Promise<void>;
}

/** @throws SettingsError, or IniSyntaxError, where the file is there and unusable */
export async function openDraft(files: SetupFiles, path: string): Promise<SettingsDraft> {
  const existed = (await files.mode(path)) !== undefined;
  let text = existed ? await files.readSettings(path) : '';
  const edits: ((text: string) => string)[] = [];
  const edited = (before: string): string => edits.reduce((text, edit) => edit(text), before);
  return {
    existed,
    get: (section, key) => readIni(text).entries(section).get(key),
    set(section, key, value) {
      if (readIni(text).entries(section).get(key) === value) return;
      edits.push((before) => setKey(before, section, key, value));
      text = setKey(text, section, key, value);
    },
    write: () => (existed ? files.changeSettings(path, edited) : files.writeSettings(path, text)),
  };
}
