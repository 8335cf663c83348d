import { UserFacingError } from '../core/language.ts';

/** Bad arguments that only the command itself could tell; ends it with exit code 2. */
export class ArgumentError extends UserFacingError {
  override readonly name: string = 'ArgumentError';
}
