import { createInterface } from 'node:readline';
import { type Language, UserFacingError } from '../core/language.ts';
import { TEXTS } from './texts.ts';

/** The person at the terminal. */
export interface Prompt {
  readonly language: Language;
  say(line: string): void;
  /**
   * An empty answer means `suggestion`, and so does the end of the input.
   *
   * @throws Error where nobody answers and nothing is suggested
   */
  ask(question: string, suggestion?: string): Promise<string>;
}

/** @param interactive false takes every suggestion without asking */
export function openPrompt(
  input: NodeJS.ReadableStream,
  output: NodeJS.WritableStream,
  language: Prompt['language'],
  interactive: boolean,
): Prompt & { end(): void } {
  const reader = interactive ? createInterface({ input }) : undefined;
  const lines = reader?.[Symbol.asyncIterator]();
  const next = async (): Promise<string | undefined> => {
    const line = await lines?.next();
    return line === undefined || line.done ? undefined : line.value.trim();
  };
  return {
    language,
    say: (line) => void output.write(`${line}\n`),
    async ask(question, suggestion) {
      const hint = suggestion === undefined || suggestion === '' ? '' : ` [${suggestion}]`;
      for (;;) {
        if (interactive) output.write(`${question}${hint}: `);
        const answer = await next();
        if (answer !== undefined && answer !== '') return answer;
        if (suggestion !== undefined) return suggestion;
        if (answer === undefined) {
          throw new UserFacingError(TEXTS.needsAnswer(question));
        }
      }
    },
    end: () => reader?.close(),
  };
}
