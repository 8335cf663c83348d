/** Languages that the dashboards are built in, each into a folder of its own. */
export const LANGUAGES = ['zh', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];

/** Picks the text of the language being built; both stand side by side, so that neither can be forgotten. */
export type Say = (zh: string, en: string) => string;

export function speaking(language: Language): Say {
  return (zh, en) => (language === 'zh' ? zh : en);
}
