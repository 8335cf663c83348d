/** What is wrong with a folder of days: the file, the line where there is one, and what to do. */
export class DaysError extends Error {
  override readonly name = 'DaysError';

  constructor(file: string, line: number | undefined, problem: string) {
    super(`${file}${line === undefined ? '' : `:${line}`}: ${problem}`);
  }
}
