import { type Language, type Text, translate, UserFacingError } from '../core/language.ts';
import type { Terminal } from './host.ts';
import { TEXTS } from './texts.ts';

/** The person at the terminal. */
export interface Prompt {
  readonly language: Language;
  /** Whether a person is asked. */
  readonly interactive: boolean;
  say(line: string): void;
  /**
   * An empty answer means `suggestion`. Where nobody is asked it is taken; a person whose answer will not do is told why and
   * asked again.
   *
   * @throws UserFacingError at the end of the input, and where nobody is asked and nothing that would do is suggested
   */
  ask(question: string, suggestion?: string, how?: AskOptions): Promise<string>;
}

interface AskOptions {
  /** What is wrong with an answer; undefined where it will do. */
  readonly check?: (answer: string) => Text | undefined;
  /** Whether nobody may see what is typed, nor what is suggested. */
  readonly secret?: boolean;
}

/** @param interactive false takes every suggestion without asking */
export function openPrompt(terminal: Terminal, language: Language, interactive: boolean): Prompt {
  return {
    language,
    interactive,
    say: (line) => terminal.write(`${line}\n`),
    async ask(question, suggestion, { check = () => undefined, secret = false } = {}) {
      const hint = suggestion === undefined || suggestion === '' ? '' : ` [${secret ? '***' : suggestion}]`;
      for (;;) {
        if (interactive) terminal.write(`${question}${hint}: `);
        const typed = interactive ? (await terminal.readLine(secret))?.trim() : suggestion;
        if (typed === undefined) throw new UserFacingError(TEXTS.needsAnswer(question));
        const answer = typed === '' ? suggestion : typed;
        const problem = answer === undefined ? undefined : check(answer);
        if (answer !== undefined && problem === undefined) return answer;
        if (!interactive) throw new UserFacingError(problem ?? TEXTS.needsAnswer(question));
        if (problem !== undefined) terminal.write(`  ${translate(problem, language)}\n`);
      }
    },
  };
}
