import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type AuditorConfig, readAuditorConfig } from '../../../auditor/config.ts';
import { REASON_CODES } from '../../../auditor/verdict/reason.ts';
import { DIRECTIONS, TRAFFIC_CLASSES } from '../../../core/traffic.ts';
import type { AirportAnswer, Checks, Device, Loss, PlayedDays, Use } from '../play/records.ts';
import { amendmentsIn } from './amendments.ts';
import { DaysError } from './days-error.ts';
import type { Fields } from './fields.ts';
import { type DaysFolder, linesOf } from './lines.ts';

export const SETTINGS = 'ServerSetting.ini';
export const READINGS = 'readings.ndjson';
export const USE = 'use.ndjson';
export const DEVICES = 'devices.ndjson';
export const CHECKS = 'checks.ndjson';
export const AMENDMENTS = 'amendments.ndjson';

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
  const devices = await all(DEVICES, true, (line) => deviceOf(line, config));
  const known = new Set(devices.map(({ user, device }) => `${user}\n${device}`));
  const needsDevice = (line: Fields, { user, device }: Pick<Device, 'user' | 'device'>): void => {
    if (!known.has(`${user}\n${device}`))
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
    amendments: await amendmentsIn(linesOf(folder, AMENDMENTS, false)),
  };
}

function answerOf(line: Fields, { subscriptions }: AuditorConfig): AirportAnswer {
  const names = subscriptions.map(({ name }) => name);
  const airport = line.text('airport', names.length === 1 ? names[0] : undefined);
  if (!names.includes(airport))
    line.refuse(`airport: the settings have no ${JSON.stringify(airport)}, but ${names.join(', ')}`);
  const optional = (name: string): string | undefined => (line.has(name) ? String(line.entry()[name]) : undefined);
  const [header, refill, body, failure] = ['header', 'refill', 'body', 'failure'].map(optional);
  if (failure !== undefined && !REASON_CODES.some((code) => code === failure))
    line.refuse(`failure: is no reason of the auditor; fetch_timeout is one, others stand in docs/verdict-days.md`);
  if (failure === undefined && header === undefined && body === undefined && !line.has('status'))
    line.refuse('has no answer: give header, body or status, or failure');
  return {
    time: line.time('time'),
    airport,
    ...(line.has('status') ? { status: line.count('status') } : {}),
    ...(header === undefined ? {} : { header }),
    ...(refill === undefined ? {} : { refill }),
    ...(body === undefined ? {} : { body }),
    ...(failure === undefined ? {} : { failure }),
  };
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
  device: line.text('device'),
});

const nodeOf = (line: Fields): Pick<Use, 'node' | 'provider'> => ({
  node: line.text('node'),
  provider: line.text('provider', ''),
});

function deviceOf(line: Fields, config: AuditorConfig): Device {
  return {
    ...ownerOf(line, config),
    firstPush: line.timeOrNull('firstPush'),
    lastPush: line.timeOrNull('lastPush'),
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
