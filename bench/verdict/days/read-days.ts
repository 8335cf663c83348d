import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { amendmentSchema } from '../../../auditor/amend/amendments.ts';
import { type AuditorConfig, readAuditorConfig } from '../../../auditor/config.ts';
import { REASON_CODES } from '../../../auditor/verdict/reading.ts';
import { DIRECTIONS, TRAFFIC_CLASSES } from '../../../core/traffic.ts';
import type { AirportAnswer, Checks, Device, Loss, PlayedDays, TimedAmendment, Use } from '../play/records.ts';
import { DaysError, type DaysFolder, type Fields, linesOf } from './fields.ts';

export const SETTINGS = 'ServerSetting.ini';
export const READINGS = 'readings.ndjson';
export const USE = 'use.ndjson';
export const DEVICES = 'devices.ndjson';
export const CHECKS = 'checks.ndjson';
const AMENDMENTS = 'amendments.ndjson';

/**
 * Days that somebody wrote down, as docs/verdict-days.md has it.
 *
 * @throws DaysError, SettingsError
 */
export async function readDays(path: string): Promise<PlayedDays> {
  const text = await readFile(join(path, SETTINGS), 'utf8').catch((): never => {
    throw new DaysError(SETTINGS, undefined, `is missing in ${path}; it is the settings file of the auditor`);
  });
  const { settings: config } = readAuditorConfig(SETTINGS, text, path);
  const folder: DaysFolder = { path, zone: config.day.zone };
  const all = async <T>(file: string, needed: boolean, read: (line: Fields) => T): Promise<T[]> => {
    const found: T[] = [];
    for await (const line of linesOf(folder, file, needed)) found.push(read(line));
    return found;
  };
  const known = new Set<string>();
  const keyOf = ({ user, device }: Pick<Device, 'user' | 'device'>): string => `${user}\n${device}`;
  const devices = await all(DEVICES, true, (line) => {
    const found = deviceOf(line, config);
    if (known.has(keyOf(found))) line.refuse('device: has a line before; write all of a device into one');
    known.add(keyOf(found));
    return found;
  });
  const needsDevice = (line: Fields, { user, device }: Pick<Device, 'user' | 'device'>): void => {
    if (!known.has(keyOf({ user, device })))
      line.refuse(
        `device: ${DEVICES} has no line for ${JSON.stringify(device)} of user ${JSON.stringify(user)}; add one`,
      );
  };
  return {
    config,
    devices,
    answers: await all(READINGS, true, (line) => answerOf(line, config)),
    use: await all(USE, true, (line) => {
      const use = useOf(line, config);
      needsDevice(line, use);
      return use;
    }),
    checks: await all(CHECKS, false, (line) => {
      const checks = checksOf(line, config);
      needsDevice(line, checks);
      return checks;
    }),
    amendments: await all(AMENDMENTS, false, (line) => amendmentOf(line, config)),
  };
}

function answerOf(line: Fields, config: AuditorConfig): AirportAnswer {
  const airport = airportOf(line, config);
  const optional = (name: string): string | undefined => (line.has(name) ? line.text(name) : undefined);
  const [header, refill, body, failure] = ['header', 'refill', 'body', 'failure'].map(optional);
  const status = line.has('status') ? line.count('status') : undefined;
  if (failure !== undefined && !REASON_CODES.some((code) => code === failure))
    line.refuse(`failure: is no reason of the auditor; fetch_timeout is one, others are in docs/verdict-days.md`);
  const answered = header !== undefined || body !== undefined;
  if (failure === undefined && status === undefined && !answered)
    line.refuse('has no answer: give header, body or status, or failure');
  if (failure !== undefined && answered) line.refuse('failure: is given with an answer; give one of them');
  if (status !== undefined && !(Number.isInteger(status) && status >= 100 && status <= 599))
    line.refuse('status: is no HTTP status, a whole number from 100 to 599');
  return {
    time: line.time('time'),
    airport,
    ...(status === undefined ? {} : { status }),
    ...(header === undefined ? {} : { header }),
    ...(refill === undefined ? {} : { refill }),
    ...(body === undefined ? {} : { body }),
    ...(failure === undefined ? {} : { failure }),
  };
}

/** The airport that a line is about; it may be missing where there is one. */
function airportOf(line: Fields, { subscriptions }: AuditorConfig): string {
  const names = subscriptions.map(({ name }) => name);
  const airport = line.text('airport', names.length === 1 ? names[0] : undefined);
  return names.includes(airport)
    ? airport
    : line.refuse(`airport: the settings have no ${JSON.stringify(airport)}, but ${names.join(', ')}`);
}

function amendmentOf(line: Fields, config: AuditorConfig): TimedAmendment {
  const time = line.time('time');
  // Answers to a surplus say when they were given.
  const { data, error } = amendmentSchema.safeParse({ at: time, ...line.entry() });
  if (line.has('airport')) airportOf(line, config);
  if (data !== undefined) return { time, amendment: data };
  const [issue] = error?.issues ?? [];
  return line.refuse(
    `${issue?.path.join('.') || 'kind'}: is no amendment (${issue?.message}); docs/verdict-days.md has one of each kind`,
  );
}

function useOf(line: Fields, config: AuditorConfig): Use {
  return {
    ...line.span(),
    ...ownerOf(line, config),
    ...nodeOf(line),
    class: line.choice('class', TRAFFIC_CLASSES, 'proxy'),
    direction: line.choice('direction', DIRECTIONS, 'download'),
    bytes: line.count('bytes'),
    uncounted: line.flag('uncounted', false),
  };
}

function checksOf(line: Fields, config: AuditorConfig): Checks {
  return { ...line.span(), ...ownerOf(line, config), ...nodeOf(line), count: line.count('count') };
}

const ownerOf = (line: Fields, { user }: AuditorConfig): Pick<Device, 'user' | 'device'> => ({
  user: line.text('user', user),
  device: line.name('device'),
});

const nodeOf = (line: Fields): Pick<Use, 'node' | 'provider'> => ({
  node: line.name('node'),
  provider: line.text('provider', ''),
});

function deviceOf(line: Fields, config: AuditorConfig): Device {
  const [firstPush, lastPush] = [line.timeOrNull('firstPush'), line.timeOrNull('lastPush')];
  if (firstPush !== null && lastPush !== null && lastPush < firstPush) line.refuse('lastPush: is before firstPush');
  return {
    ...ownerOf(line, config),
    firstPush,
    lastPush,
    silences: line.list('silences').map((each) => each.span({ endless: true })),
    losses: line.list('lost').map(lossOf),
  };
}

function lossOf(fields: Fields): Loss {
  const at = fields.timeOrNull('at');
  const { from, to } = at === null ? fields.span() : { from: at, to: at };
  return {
    from,
    to,
    bytes: fields.count('bytes', 0),
    unobserved: fields.count('unobserved', (to - from) / 1000),
    restart: fields.flag('restart', true),
  };
}
