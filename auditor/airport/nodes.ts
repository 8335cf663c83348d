import type { Interval } from '../verdict/use.ts';
import type { AirportRules } from './settings.ts';

/** Whether a node belongs to an airport: `possible` when no rule says whose it is. */
type Ownership = 'sure' | 'possible' | 'no';

/** An airport as far as its nodes can be told by it. */
export interface Owner {
  readonly name: string;
  readonly rules?: Pick<AirportRules, 'providers' | 'nodes'>;
}

/**
 * Whose node it is. What the settings say counts first: a provider or a pattern of nodes. With one airport every other
 * proxy node is its own; with several, the provider that the node came from tells, by the name of the subscription with
 * or without its file ending.
 *
 * @param airport its name
 * @param provider the node's provider, empty for a node written into the configuration
 * @param airports all airports of this user
 * @param amended the airport to which a person moved the node, which wins
 */
export function ownershipOf(
  airport: string,
  node: string,
  provider: string,
  airports: readonly Owner[],
  amended: string | undefined,
): Ownership {
  if (amended !== undefined) return amended === airport ? 'sure' : 'no';
  const owners = [
    airports.filter(({ rules }) => rules?.providers.includes(provider) === true),
    airports.filter(({ rules }) => rules?.nodes?.test(node) === true),
    airports.length === 1 ? airports : airports.filter(({ name }) => sameName(name, provider)),
  ].find((claimants) => claimants.length > 0);
  if (owners === undefined) return 'possible';
  return owners.some(({ name }) => name === airport) ? 'sure' : 'no';
}

function sameName(airport: string, provider: string): boolean {
  return provider !== '' && providerName(airport.toLowerCase()) === providerName(provider.toLowerCase());
}

/** The name of a subscription without its file ending, as kernels name the provider. */
export function providerName(airport: string): string {
  return airport.replace(/\.(?:ya?ml|txt|conf)$/i, '');
}

/** By how much an airport multiplies a node's bytes, as an interval: a point where the name is clear. */
interface Multiplier {
  readonly low: number;
  readonly high: number;
  readonly source: 'override' | 'name' | 'default';
  /** Whether the name is no node but a message of the airport, such as `剩余流量：86.42 GB`. */
  readonly info: boolean;
}

/** Names under which panels put messages into the list of nodes. */
const INFO = [
  /剩余流量|距离下次重置|套餐(?:到期|剩余)|(?:过期|到期)时间|过滤掉\s*\d+\s*条/,
  /^[^|]*(?:剩余|到期|重置)[^:|]*:/,
  /^\s*expire[sd]?\b.*[:|/]|^\s*expir(?:y|ation)\b.*[:|/]/i,
  // A bar may as well divide a node's name: "Traffic HK | 2x".
  /^\s*(?:traffic|bandwidth)(?:\b[^|]*:|\s*\|?\s*[\d.]+\s*[kmgtp]?i?b\b)/i,
  /\bexpire\s*:\s*\d{4}/i,
  /流量\s*:.*剩\s*:?\s*\d+\s*d/i,
];

/** Multipliers in use run from 0 (free) to some tens; more is a resolution, a codec or a port. */
const HIGHEST = 100;
/** Processor names, which a bare `x` before a number would take for multipliers. */
const PROCESSORS: readonly number[] = [32, 64, 86];

const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹';
const DOTS = /[˙·∙．]/g;
const RAISED = new RegExp(`[ˣ×]([${SUPERSCRIPTS}]+(?:[.˙·∙．][${SUPERSCRIPTS}]+)?)`, 'gu');
const RAISED_BEFORE = new RegExp(`([${SUPERSCRIPTS}]+(?:[.˙·∙．][${SUPERSCRIPTS}]+)?)ˣ`, 'gu');

const NUMBER = String.raw`(\d+(?:\.\d+)?|\.\d+)`;
const NO_DIGIT_BEFORE = String.raw`(?<![\d.])`;
const WORD_ENDS = String.raw`(?!\.?[a-z\d])`;
/** Numerals in the place of digits. */
const NUMERALS: ReadonlyMap<string, number> = new Map([
  ['半', 0.5],
  ...['零〇', '一壹', '二贰两兩双雙', '三叁', '四', '五', '六', '七', '八', '九'].flatMap((signs, value) =>
    [...signs].map((sign): [string, number] => [sign, value]),
  ),
]);
const UNITS: ReadonlyMap<string, number> = new Map([
  ['十', 10],
  ['百', 100],
  ['千', 1000],
  ['万', 10_000],
]);
const NUMERAL = `[${[...NUMERALS.keys(), ...UNITS.keys()].join('')}]`;
/** `倍率:2.0`, `倍率 0.5`; where no sign stands between, a number before it is what it belongs to: `0.5倍率 02`. */
const KEYWORD = new RegExp(String.raw`(?:倍率\s*[:=]|(?<!\d\s*|${NUMERAL})倍率)\s*${NUMBER}(?!\.?\d)(?!\s*倍)`, 'gu');
/** `0.5倍`, `2 倍率`; `2倍半`. */
const TIMES = new RegExp(String.raw`${NO_DIGIT_BEFORE}${NUMBER}\s*倍(半)?(?!率\s*[:=])`, 'gu');
/** `双倍`, `三倍`, `一点五倍`, `二分之一倍`. */
const NUMERAL_TIMES = new RegExp(String.raw`((?:${NUMERAL}|点|分之)+)倍(半)?(?!率\s*[:=])`, 'gu');
/** `1/2倍`, `x1/2`: half of it, or the first node at twice the price. `1~2倍`: anything between. */
const PAIR = new RegExp(
  String.raw`(倍率\s*[:=]?|[x×*])?\s*${NO_DIGIT_BEFORE}${NUMBER}\s*([/~])\s*${NUMBER}(?:\s*(倍|[x×](?!\s?[a-z\d])))?`,
  'gu',
);
/** `HK*1.5`: a star may be an ornament. */
const STAR = new RegExp(String.raw`\*\s?${NUMBER}${WORD_ENDS}`, 'gu');
/** `2x`, `[0.3 x]`; a letter or digit behind the x makes it another word, which `×` never is. */
const BEHIND = new RegExp(
  String.raw`${NO_DIGIT_BEFORE}${NUMBER}(?:x(?![a-z\d])|\s+x(?!\s*[a-z\d])|\s*×(?!\s*\d))`,
  'gu',
);
/** `x1.5`, `HK×2`; before the x no letter, but a bandwidth such as `10G` may stand there. */
const BEFORE = new RegExp(
  // The sign first: a search for what is before it would begin at each letter.
  String.raw`(?:x(?<=(?<![a-z\d])x|\d[gmk]b?x)\s?${NUMBER}${WORD_ENDS}|×(?<!\d×)\s?${NUMBER}(?!\.?\d))`,
  'gu',
);
/** `02x1`: the number of the node, or of the multiplier, on either side. */
const BETWEEN = new RegExp(`${NO_DIGIT_BEFORE}${NUMBER}[x×]${NUMBER}${WORD_ENDS}`, 'gu');
/** `HKx2`, `IEPLx1.5`: a small x behind capitals is the sign, where it may be the end of a word such as `Linux2`. */
const BEHIND_CAPITALS = new RegExp(String.raw`(?<=[A-Z])x${NUMBER}(?!\.?[A-Za-z\d])`, 'gu');

/**
 * The multiplier that a node's name tells. Several contradicting figures, or one that runs into the node's number, give
 * the interval of all readings and 1.
 *
 * @param override what the person set for this node, which wins
 */
export function multiplierOf(name: string, override?: Interval): Multiplier {
  let told = toldBefore.get(name);
  if (told === undefined) {
    if (toldBefore.size >= MOST_TOLD) toldBefore.clear();
    told = multiplierByName(name);
    toldBefore.set(name, told);
  }
  return override === undefined ? told : { ...override, source: 'override', info: told.info };
}

/** What names told: the same ones come in every window, and reading one takes ten microseconds. */
const toldBefore = new Map<string, Multiplier>();
const MOST_TOLD = 10_000;

function multiplierByName(name: string): Multiplier {
  const text = normalise(name);
  const info = INFO.some((pattern) => pattern.test(text));
  if (info) return { low: 1, high: 1, source: 'default', info };
  const raised = [...name.matchAll(RAISED), ...name.matchAll(RAISED_BEFORE)].map((match) => fromRaised(match[1] ?? ''));
  const { sure, unsure } = raised.length > 0 ? { sure: raised, unsure: [] } : readPlain(text, name);
  const readings = [...new Set([...sure, ...unsure])];
  if (readings.length === 0) return { low: 1, high: 1, source: 'default', info };
  const clear = unsure.length === 0 && readings.length === 1;
  const all = clear ? readings : [...readings, 1];
  return { low: Math.min(...all), high: Math.max(...all), source: 'name', info };
}

/** The multiplier that a person set for a node; undefined when none of the rules fits. */
export function multiplierRule({ multipliers }: Pick<AirportRules, 'multipliers'>, node: string): Interval | undefined {
  return multipliers.find(({ text }) => node.toLowerCase().includes(text.toLowerCase()))?.multiplier;
}

function readPlain(text: string, name: string): { sure: number[]; unsure: number[] } {
  const sure: number[] = [];
  const unsure: number[] = [];
  const take = (digits: string, uncertain: boolean, sign: '倍' | 'x' = 'x'): void => {
    // So much may be meant where it is said in a word.
    const much = Number(digits) > HIGHEST;
    if (much && sign === 'x') return;
    // `010.1` is the node's number with the multiplier behind it; which digits belong to which cannot be known.
    const glued = /^0\d*(0\.\d+|[1-9]\d*(?:\.\d+)?)$/.exec(digits);
    if (/^0\d/.test(digits)) unsure.push(Number(glued?.[1] ?? digits));
    else (uncertain || much ? unsure : sure).push(Number(digits));
  };
  for (const match of text.matchAll(KEYWORD)) take(match[1] ?? '', false, '倍');
  const takeTimes = (digits: string, uncertain: boolean, half: string | undefined): void => {
    take(digits, uncertain || half !== undefined, '倍');
    if (half !== undefined) take(String(Number(digits) + 0.5), true, '倍');
  };
  for (const { 1: digits = '', 2: half, index } of text.matchAll(TIMES)) {
    takeTimes(digits, letterBefore(text, index), half);
  }
  for (const { 1: numerals = '', 2: half, index } of text.matchAll(NUMERAL_TIMES)) {
    const value = fromNumerals(numerals);
    const afterDigit = /^\d[十百千万]/.test(text.slice(Math.max(0, index - 1)));
    if (Number.isFinite(value)) takeTimes(String(value), afterDigit, half);
    else unsure.push(...[...numerals].flatMap((sign) => NUMERALS.get(sign) ?? UNITS.get(sign) ?? []));
  }
  for (const match of text.matchAll(STAR)) take(match[1] ?? '', true);
  for (const match of text.matchAll(BEHIND)) take(match[1] ?? '', letterBefore(text, match.index));
  for (const match of text.matchAll(BEFORE)) {
    const digits = match[1] ?? match[2] ?? '';
    // `X 5 香港` may be the fifth node of an X.
    if (!PROCESSORS.includes(Number(digits))) take(digits, /^\s*x\s/.test(match.index === 0 ? text : ''));
  }
  for (const match of name.normalize('NFKC').matchAll(BEHIND_CAPITALS)) take(match[1] ?? '', false);
  for (const match of text.matchAll(BETWEEN)) {
    unsure.push(...[Number(match[1]), Number(match[2])].filter((value) => value <= HIGHEST));
  }
  const pairs = [...text.matchAll(PAIR)].filter(([, before, , , , behind]) => (before ?? behind) !== undefined);
  if (pairs.length === 0) return { sure, unsure };
  const read = pairs.flatMap(([, , one, sign, other]) =>
    sign === '/' ? Number(one) / Number(other) : [Number(one), Number(other)],
  );
  return { sure: [], unsure: [...sure, ...unsure, ...read.filter((value) => value <= HIGHEST)] };
}

/** `半`, `三`, `十二`, `两百`, `一点五`, `百分之五十`; not finite for what is no number, such as `三四`. */
function fromNumerals(text: string): number {
  const [below = '', above, ...more] = text.split('分之');
  if (above !== undefined) return more.length > 0 ? Number.NaN : fromNumerals(above) / fromNumerals(below);
  const [whole = '', decimals] = text.split('点', 2);
  let [sum, lastUnit, digit]: [number, number, number | undefined] = [0, Number.POSITIVE_INFINITY, undefined];
  for (const sign of whole) {
    const unit = UNITS.get(sign);
    // Only a zero stands before another digit.
    if (unit === undefined ? digit : unit >= lastUnit) return Number.NaN;
    if (unit === undefined) digit = NUMERALS.get(sign);
    else [sum, lastUnit, digit] = [sum + (digit ?? 1) * unit, unit, undefined];
  }
  sum += digit ?? 0;
  if (whole === '') return Number.NaN;
  return decimals === undefined ? sum : Number(`${sum}.${[...decimals].map((sign) => NUMERALS.get(sign)).join('')}`);
}

/** `HK2x` may be the second node of Hong Kong, while the x of `x2.5倍` is the sign itself. */
function letterBefore(text: string, index: number): boolean {
  return /[a-z]$/.test(text.slice(0, index)) && !/(?<![a-z\d])x$/.test(text.slice(0, index));
}

function normalise(name: string): string {
  return name
    .replace(DOTS, '.')
    .replace(/([\d０-９]*)([¼-¾⅐-⅞])/g, (_, whole: string, part: string) => {
      const [above, below] = part.normalize('NFKC').split('⁄');
      return String(Number(whole.normalize('NFKC')) + Number(above) / Number(below));
    })
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[✕✖╳]/g, '×')
    .replace(/⁄/g, '/')
    .replace(/(?<=\d),(?=\d)/g, '.')
    .replace(/(?:百分之\s*|(?=[\d.]+\s*%))(\d+(?:\.\d+)?)\s*%?/g, (_, percent) => String(Number(percent) / 100));
}

function fromRaised(text: string): number {
  return Number(
    [...text.replace(DOTS, '.')].map((char) => (char === '.' ? '.' : String(SUPERSCRIPTS.indexOf(char)))).join(''),
  );
}
