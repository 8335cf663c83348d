/** The languages of what people read; Chinese unless they set `Language = en`. */
export const LANGUAGES = ['zh', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];

/** One text in every language, side by side so that none can be forgotten. Which one is chosen where it is shown. */
export type Text = Readonly<Record<Language, string>>;

/** What one part says; messages with parameters are functions of them. Related ones may be grouped. */
export interface Messages {
  readonly [name: string]: Text | ((...parameters: never[]) => Text) | Messages;
}

/** Messages in one language: the same names, with strings for texts. */
export type Translated<M> = M extends Text
  ? string
  : M extends (...parameters: infer P) => Text
    ? (...parameters: P) => string
    : { readonly [K in keyof M]: Translated<M[K]> };

/** Chooses the language of all that is said in one place. */
export type Translate = (text: Text) => string;

export function translate(text: Text, language: Language): string {
  return text[language];
}

/** For the beginning of a line. */
export function capitalized({ zh, en }: Text): Text {
  return { zh, en: en.charAt(0).toUpperCase() + en.slice(1) };
}

/** What reads differently in every language for more than its words. */
export function textOf(make: (language: Language) => string): Text {
  return { zh: make('zh'), en: make('en') };
}

export function translateTo(language: Language): Translate {
  return (text) => text[language];
}

/** All messages of a part in one language, for who says many of them. */
export function translateAll<M extends Messages>(messages: M, language: Language): Translated<M> {
  const each = ([name, message]: [string, Messages[string]]): [string, unknown] => {
    if (typeof message === 'function') {
      return [name, (...parameters: never[]) => translate(message(...parameters), language)];
    }
    return [name, isText(message) ? translate(message, language) : translateAll(message, language)];
  };
  return Object.fromEntries(Object.entries(messages).map(each)) as Translated<M>;
}

function isText(message: Text | Messages): message is Text {
  return typeof message.zh === 'string';
}

/**
 * An error that a person has to read: what, where, and how to fix it. Its `message` is the English text, as logs have
 * it; whoever prints the error takes it in the language that is set ({@link errorText}).
 */
export class UserFacingError extends Error {
  readonly text: Text;

  constructor(text: Text, options?: ErrorOptions) {
    super(text.en, options);
    this.text = text;
  }
}

/** Bad arguments that only the command itself could tell; ends it with exit code 2. */
export class ArgumentError extends UserFacingError {
  override readonly name: string = 'ArgumentError';
}

/** An error for a person; one that no part foresaw says what it says. */
export function errorText(error: unknown, language: Language): string {
  if (error instanceof UserFacingError) return translate(error.text, language);
  return error instanceof Error ? error.message : String(error);
}

/** The `Language` of a settings text, found without reading the rest: what is wrong there is said in it too. */
export function languageOf(settingsText: string): Language | undefined {
  return /^[ \t]*language[ \t]*=[ \t]*["']?(zh|en)\b/im.exec(settingsText)?.[1]?.toLowerCase() as Language | undefined;
}
