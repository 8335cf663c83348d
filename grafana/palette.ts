import { type DynamicConfigValue, MappingType } from '@grafana/grafana-foundation-sdk/dashboard';
import { capitalized, type Translate } from '../core/language.ts';
import { CLASS_NAMES, TRAFFIC_CLASSES, type TrafficClass } from '../core/traffic.ts';

/** One colour a class on every panel; red is kept for what needs a hand. */
export const CLASS_COLORS: Readonly<Record<TrafficClass, string>> = {
  proxy: '#5794F2',
  direct: '#73BF69',
  local: '#FADE2A',
  reject: '#B877D9',
  unattributed: '#8E8E8E',
};

export const GOOD = 'green';
export const WATCH = 'orange';
export const BAD = 'red';
/** The colour of plain text, for figures that are neither good nor bad. */
export const PLAIN = 'text';
/** The same as the background of a panel or the fill of a state. */
export const NEUTRAL = '#5A6069';
export const ACCENT = '#5794F2';

export function classNames(translate: Translate): Readonly<Record<TrafficClass, string>> {
  const names = TRAFFIC_CLASSES.map((each) => [each, translate(capitalized(CLASS_NAMES[each]))]);
  return Object.fromEntries(names) as Record<TrafficClass, string>;
}

/** The property that shows the names of classes in the cells of a column. */
export function classWords(translate: Translate): DynamicConfigValue {
  const names = classNames(translate);
  const options = Object.fromEntries(
    TRAFFIC_CLASSES.map((each, index) => [each, { text: names[each], color: CLASS_COLORS[each], index }]),
  );
  return { id: 'mappings', value: [{ type: MappingType.ValueToText, options }] };
}
