/** Languages that people are spoken to in; Chinese unless they set `Language = en`. */
export const LANGUAGES = ['zh', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];

/** One text in both languages, side by side so that neither can be forgotten. Which one is chosen where it is shown. */
export type Text = readonly [zh: string, en: string];

/** The texts of one part; those with parameters are functions of them. */
export type TextTable = Readonly<Record<string, Text | ((...parameters: never[]) => Text)>>;

/** Chooses the language of what one command says. */
export type Say = (text: Text) => string;

export function textIn([zh, en]: Text, language: Language): string {
  return language === 'zh' ? zh : en;
}

export function sayIn(language: Language): Say {
  return (text) => textIn(text, language);
}

/**
 * An error that a person has to read: what, where, and how to mend it. Its `message` is the English text, as logs have
 * it; whoever prints the error takes it in the language that is set ({@link errorText}).
 */
export class SpokenError extends Error {
  readonly text: Text;

  constructor(text: Text, options?: ErrorOptions) {
    super(text[1], options);
    this.text = text;
  }
}

/** An error for a person; one that no part foresaw says what it says. */
export function errorText(error: unknown, language: Language): string {
  if (error instanceof SpokenError) return textIn(error.text, language);
  return error instanceof Error ? error.message : String(error);
}

/** The `Language` of a settings text, found without reading the rest: what is wrong there is said in it too. */
export function languageOf(settingsText: string): Language | undefined {
  return /^[ \t]*Language[ \t]*=[ \t]*["']?(zh|en)\b/m.exec(settingsText)?.[1] as Language | undefined;
}
