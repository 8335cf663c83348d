import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { z } from 'zod';
import { namedSchema } from '../../core/json.ts';
import type { LogLine } from '../household/household.ts';
import type { KernelAnswers } from './catalog-answers.ts';

/** A recorded stream of a real kernel, with what is known to be true of it. Times are epoch milliseconds. */
export interface Recording {
  readonly name: string;
  /** At least one; messages as received. */
  readonly frames: readonly { readonly at: number; readonly message: string }[];
  readonly logs: readonly LogLine[];
  readonly answers: KernelAnswers;
  /** Payload bytes by destination port; empty when the recording has no truth next to it. */
  readonly truth: RecordedTruth;
}

const truthSchema = z.object({
  truth: namedSchema(z.object({ n: z.number(), up: z.number(), down: z.number() })),
});
type RecordedTruth = z.infer<typeof truthSchema>['truth'];

const logsSchema = z.array(
  z.object({ t: z.number(), type: z.enum(['debug', 'info', 'warning', 'error']), payload: z.string() }),
);

/** A recording that cannot be played; the message names the file and what is wrong with it. */
export class UnplayableError extends Error {
  override readonly name = 'UnplayableError';
}

/**
 * Reads `NAME.ndjson.gz` (one line a frame: `{"t":epoch-ms}` TAB message) and what lies next to it: `NAME.logs.json.gz`,
 * `NAME.truth.json`, and `proxies.json`, `providers.json`, `configs.json`, `version.json`, each first with `NAME.` in
 * front. Only the frames must be there. Plain files are read where the `.gz` is left off.
 *
 * @throws UnplayableError
 */
export async function readRecording(path: string): Promise<Recording> {
  const match = /^(.+)\.ndjson(\.gz)?$/.exec(basename(path));
  if (match?.[1] === undefined)
    throw new UnplayableError(`${path} is not a recording: its name must end in .ndjson.gz or .ndjson`);
  const name = match[1];
  const beside = (file: string): string => join(dirname(path), file);
  const text = await readText(path);
  if (text === undefined) throw new UnplayableError(`${path} does not exist`);
  const answer = async (file: string, otherwise: string): Promise<string> =>
    (await readText(beside(`${name}.${file}`))) ?? (await readText(beside(file))) ?? otherwise;

  const logs = await readText(beside(`${name}.logs.json${match[2] ?? ''}`));
  const truth = await readText(beside(`${name}.truth.json`));
  return {
    name,
    frames: parseFrames(path, text),
    logs: parse(`${name}.logs.json`, logsSchema, logs ?? '[]').map(({ t, type, payload }) => ({
      at: t,
      level: type,
      payload,
    })),
    answers: {
      version: await answer('version.json', '{"meta":true,"version":"unknown"}'),
      configs: await answer('configs.json', '{}'),
      proxies: await answer('proxies.json', '{"proxies":{}}'),
      providers: await answer('providers.json', '{"providers":{}}'),
    },
    truth: parse(`${name}.truth.json`, truthSchema, truth ?? '{"truth":{}}').truth,
  };
}

function parseFrames(path: string, text: string): Recording['frames'] {
  const frames = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line, index) => {
      const match = /^\{"t":(\d+)\}\t(\{.*\})$/.exec(line);
      if (match?.[1] === undefined || match[2] === undefined) {
        throw new UnplayableError(`${path}:${index + 1}: expected {"t":epoch-ms}, a tab and a /connections message`);
      }
      return { at: Number(match[1]), message: match[2] };
    });
  if (frames.length === 0) throw new UnplayableError(`${path} holds no frames`);
  return frames;
}

function parse<T>(file: string, schema: z.ZodType<T>, text: string): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UnplayableError(`${file} is not JSON`, { cause: error });
  }
  const result = schema.safeParse(value);
  if (!result.success) throw new UnplayableError(`${file}: ${z.prettifyError(result.error)}`);
  return result.data;
}

async function readText(path: string): Promise<string | undefined> {
  try {
    const bytes = await readFile(path);
    return (path.endsWith('.gz') ? await promisify(gunzip)(bytes) : bytes).toString('utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new UnplayableError(`${path} cannot be read`, { cause: error });
  }
}
