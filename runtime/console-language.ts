import { LANGUAGES, type Language, languageOf } from '../core/language.ts';

/**
 * In which language a command speaks: what `--language` says; else `Language` of the settings file that `--config`
 * names, or of the first of `files` that is there; else `otherwise`, which is Chinese for most.
 *
 * @param argv the command and its arguments
 * @param files settings files that the command reads by default
 * @param read the text of one; rejects where there is none
 */
export async function consoleLanguage(
  argv: readonly string[],
  files: readonly string[],
  read: (file: string) => Promise<string>,
  otherwise: Language = 'zh',
): Promise<Language> {
  const asked = LANGUAGES.find((each) => each === given('--language', argv));
  if (asked !== undefined) return asked;
  const named = settingsNamedBy(argv);
  for (const file of named === undefined ? files : [named]) {
    // Whoever reads the settings says what is wrong with the file.
    const text = await read(file).catch(() => undefined);
    if (text !== undefined) return languageOf(text) ?? otherwise;
  }
  return otherwise;
}

/** The settings file that the arguments name. */
export const settingsNamedBy = (argv: readonly string[]): string | undefined =>
  given('--config', argv) ?? given('-c', argv);

/** What the arguments give for an option; undefined where it is not among them. */
export function given(option: string, argv: readonly string[]): string | undefined {
  const at = argv.indexOf(option);
  if (at !== -1) return argv[at + 1];
  return argv.find((each) => each.startsWith(`${option}=`))?.slice(option.length + 1);
}
