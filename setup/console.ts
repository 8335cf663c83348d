import { type Language, UserFacingError } from '../core/language.ts';
import type { Terminal } from './host.ts';
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
export function openPrompt(terminal: Terminal, language: Language, interactive: boolean): Prompt {
  return {
    language,
    say: (line) => terminal.write(`${line}\n`),
    async ask(question, suggestion) {
      const hint = suggestion === undefined || suggestion === '' ? '' : ` [${suggestion}]`;
      for (;;) {
        if (interactive) terminal.write(`${question}${hint}: `);
        const answer = interactive ? (await terminal.readLine())?.trim() : undefined;
        if (answer !== undefined && answer !== '') return answer;
        if (suggestion !== undefined) return suggestion;
        if (answer === undefined) throw new UserFacingError(TEXTS.needsAnswer(question));
      }
    },
  };
}
