import { z } from 'zod';
import type { Text } from '../../core/language.ts';
import {
  issue,
  listSetting,
  numberSetting,
  type SettingsReader,
  sizeSetting,
  timeZoneSetting,
} from '../../core/settings.ts';
import { SETTINGS_TEXTS as TEXTS } from '../texts.ts';
import type { Interval } from '../verdict/expected.ts';
import { ORIGINS, type OriginName } from './origin.ts';
import type { Schedule } from './reset.ts';
import { readResetRule } from './reset-rule.ts';

const PREFIX = 'airport.';

/** A node's multiplier as a person set it: for every node whose name holds the text. */
export interface MultiplierRule {
  readonly text: string;
  readonly multiplier: Interval;
}

/** What a person may say of one airport in `[airport.NAME]`; all of it optional. */
export interface AirportRules {
  /** Whose devices use it; the user of `ServerToken` by default. */
  readonly user?: string;
  /** Providers in the kernel's configuration whose nodes are its own. */
  readonly providers: readonly string[];
  /** Nodes whose names match are its own. */
  readonly nodes?: RegExp;
  /** The first that fits counts. */
  readonly multipliers: readonly MultiplierRule[];
  /** When use begins anew, in {@link timezone}. */
  readonly reset?: Schedule;
  /** The same by the day of the month alone, at midnight. */
  readonly resetDay?: number;
  readonly timezone?: string;
  /** Bytes; for airports that do not tell it, or wrongly. */
  readonly quota?: number;
  readonly userAgent?: string;
  /** Through which the airport is read. A secret, since it may sign in. */
  readonly proxy?: string;
  /** What its address leads to; the subscription by default. */
  readonly origin?: OriginName;
  /** Of the kernel, where that is the origin. */
  readonly secret?: string;
}

/** An airport's section, with its address where it does not come from `SubUrls`. Files are read by whoever reads the airport. */
export interface AirportSection {
  readonly name: string;
  /** Never logged, never shown. */
  readonly url?: string;
  /** A file whose only line is the address. */
  readonly urlFile?: string;
  readonly rules: AirportRules;
}

export const NO_RULES: AirportRules = { providers: [], multipliers: [] };

export const airportSchema = z.object({
  Url: z.string().optional(),
  UrlFile: z.string().optional(),
  User: z.string().optional(),
  Providers: listSetting().optional(),
  Nodes: z.string().optional(),
  Multipliers: listSetting().optional(),
  Reset: z.string().optional(),
  ResetDay: numberSetting(1, 31).optional(),
  Timezone: timeZoneSetting().optional(),
  Quota: sizeSetting().optional(),
  UserAgent: z.string().optional(),
  Proxy: z.string().optional(),
  Origin: z.enum(ORIGINS, { message: issue(TEXTS.origin(ORIGINS.join(', '))) }).optional(),
  Secret: z.string().optional(),
});

/** Every `[airport.NAME]` of the settings; what is wrong goes to the reader. */
export function readAirportSections(reader: SettingsReader): AirportSection[] {
  return reader.document.sections.flatMap((section) => {
    if (!section.startsWith(PREFIX)) return [];
    const name = section.slice(PREFIX.length);
    const read = reader.section(section, airportSchema);
    if (read === undefined) return [];
    const wrong = (key: string, problem: Text): void => reader.problem(section, key, problem);
    if (name === '') reader.problem(section, undefined, TEXTS.needsName);
    if (read.Url !== undefined && !(URL.canParse(read.Url) && /^https?:$/.test(new URL(read.Url).protocol))) {
      wrong('Url', TEXTS.httpUrl);
    }
    if (read.Proxy !== undefined && !isProxy(read.Proxy)) wrong('Proxy', TEXTS.proxy);
    if (read.Secret !== undefined && read.Origin !== 'kernel') wrong('Secret', TEXTS.secret);
    if (read.Url !== undefined && read.UrlFile !== undefined) wrong('UrlFile', TEXTS.urlTwice);
    if (read.ResetDay !== undefined && !Number.isInteger(read.ResetDay)) wrong('ResetDay', TEXTS.resetDay);
    const reset = read.Reset === undefined ? undefined : readResetRule(read.Reset);
    if (read.Reset !== undefined && reset === undefined) wrong('Reset', TEXTS.reset);
    if (read.Reset !== undefined && read.ResetDay !== undefined) wrong('Reset', TEXTS.resetTwice);
    const nodes = read.Nodes === undefined ? undefined : readPattern(read.Nodes);
    if (nodes === null) wrong('Nodes', TEXTS.pattern);
    const multipliers = (read.Multipliers ?? []).map(readMultiplier);
    if (multipliers.includes(undefined)) wrong('Multipliers', TEXTS.multipliers);
    const rules = {
      providers: read.Providers ?? [],
      multipliers: multipliers.filter((each) => each !== undefined),
      ...given('user', read.User),
      ...given('nodes', nodes ?? undefined),
      ...given('reset', reset),
      ...given('resetDay', read.ResetDay),
      ...given('timezone', read.Timezone),
      ...given('quota', read.Quota),
      ...given('userAgent', read.UserAgent),
      ...given('proxy', read.Proxy),
      ...given('origin', read.Origin),
      ...given('secret', read.Secret),
    };
    return [{ name, rules, ...given('url', read.Url), ...given('urlFile', read.UrlFile) }];
  });
}

/** The multiplier that a person set for a node; undefined when none of the rules fits. */
export function multiplierRule({ multipliers }: Pick<AirportRules, 'multipliers'>, node: string): Interval | undefined {
  return multipliers.find(({ text }) => node.toLowerCase().includes(text.toLowerCase()))?.multiplier;
}

/** `香港=2` or `专线=1-2`; the last "=" divides, since names of nodes may hold one. */
export function readMultiplier(text: string): MultiplierRule | undefined {
  const match = /^(.+)=\s*(\d+(?:\.\d+)?)(?:\s*-\s*(\d+(?:\.\d+)?))?\s*$/.exec(text);
  const [low, high] = [Number(match?.[2]), Number(match?.[3] ?? match?.[2])];
  if (match?.[1] === undefined || !(low <= high)) return undefined;
  return { text: match[1].trim(), multiplier: { low, high } };
}

function isProxy(text: string): boolean {
  try {
    const { protocol, hostname, username, password } = new URL(text);
    decodeURIComponent(username + password);
    return /^(?:https?|socks5):$/.test(protocol) && hostname !== '';
  } catch {
    return false;
  }
}

function readPattern(text: string): RegExp | null {
  try {
    return new RegExp(text, 'iu');
  } catch {
    return null;
  }
}

function given<K extends string, V>(key: K, value: V | undefined): { readonly [name in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [name in K]: V });
}
