import type { SettingsReader } from './settings.ts';
import { TEXTS } from './texts.ts';

/** The addresses of a setting, which are separated by commas, semicolons or blanks. */
export function splitAddresses(text: string): string[] {
  return text.split(/[,;\s]+/).filter((address) => address !== '');
}

/** One or more addresses; what is none goes to the reader. */
export function readAddresses(reader: SettingsReader, section: string, key: string, text = ''): string[] {
  const addresses = splitAddresses(text);
  if (addresses.some((address) => !/^[^@\s]+@[^@\s]+$/.test(address))) reader.problem(section, key, TEXTS.mailAddress);
  return addresses;
}
