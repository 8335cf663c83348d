import { capitalized, type Text } from '../core/language.ts';
import { CLASS_NAMES, TRAFFIC_CLASSES, type TrafficClass } from '../core/traffic.ts';
import { words } from './builders/panel.ts';

/** One colour a class on every panel, to be read on white and on dark; red is kept for what needs a hand. */
export const CLASS_COLORS: Readonly<Record<TrafficClass, string>> = {
  proxy: '#5794F2',
  direct: '#4E9F45',
  local: '#B58900',
  reject: '#B877D9',
  unattributed: '#8E8E8E',
};

export const GOOD = 'green';
export const WATCH = 'orange';
export const BAD = 'red';
/** For what waits for something else before it can be told. */
export const PENDING = '#B877D9';
/** The colour of plain text, for figures that are neither good nor bad. */
export const PLAIN = 'text';
/** The same as the background of a panel or the fill of a state. */
export const NEUTRAL = '#5A6069';
/** Grey that can be read as text. */
export const QUIET = '#8E8E8E';
export const ACCENT = '#5794F2';

/** The names of classes as they begin a line. */
export const CLASS_WORDS = Object.fromEntries(
  TRAFFIC_CLASSES.map((each) => [each, capitalized(CLASS_NAMES[each])]),
) as Readonly<Record<TrafficClass, Text>>;

/** The names of classes in the cells of a column. */
export const CLASS_STATES = words(TRAFFIC_CLASSES.map((each) => [each, CLASS_WORDS[each], CLASS_COLORS[each]]));
