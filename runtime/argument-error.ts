import { SpokenError } from '../core/language.ts';

/** Bad arguments that only the command itself could tell; ends it with exit code 2. */
export class ArgumentError extends SpokenError {
  override readonly name: string = 'ArgumentError';
}
