import { DIMENSIONS, type Dimension } from '../../core/metric-contract.ts';
import type { SavedConnection } from '../ledger/connection-table.ts';
import type { FamilySeries } from '../ledger/family.ts';
import type { LedgerState } from '../ledger/state.ts';
import type { SavedDevice } from './saved-device.ts';

/**
 * A saved device as rows, each with a name that no other has, so that what changed between two saves is a few rows: the
 * totals and the series and connections that moved. What is learned of sizes (`models`) is no row: it changes with each
 * frame, and that of a moment ago will do.
 */
export type StateRows = ReadonlyMap<string, unknown>;

/** What changed between two saves, as plain JSON. */
export interface StateChanges {
  readonly set: readonly (readonly [name: string, value: unknown])[];
  readonly gone: readonly string[];
}

const LISTS = ['traffic', 'families', 'familyNames', 'uncounted', 'connections', 'models'] as const;
type Plain = Omit<LedgerState, (typeof LISTS)[number]>;
const PLAIN = 'ledger.';
const DEVICE = 'device.';

/** Nothing of the device is copied: its parts must not change any more. */
export function rowsOf({ ledger, ...device }: SavedDevice): StateRows {
  const rows = new Map<string, unknown>();
  const { traffic, families, familyNames, uncounted, connections, models: _, ...plain } = ledger;
  for (const [key, value] of Object.entries(device)) rows.set(DEVICE + key, value);
  for (const [key, value] of Object.entries(plain)) if (value !== undefined) rows.set(PLAIN + key, value);
  const addSeries = (list: string, series: readonly { readonly bytes: number }[]): void => {
    for (const { bytes, ...labels } of series) rows.set(`${list} ${JSON.stringify(labels)}`, bytes);
  };
  addSeries('traffic', traffic);
  addSeries('uncounted', uncounted);
  for (const dimension of DIMENSIONS) {
    addSeries(dimension, families[dimension]);
    for (const [name, lastUsed] of familyNames[dimension]) rows.set(`name.${dimension} ${name}`, lastUsed);
  }
  if (connections !== undefined) rows.set('connections', true);
  for (const { id, details, attribution, upload, download, uploadRate, downloadRate } of connections ?? []) {
    rows.set(`connection ${id}`, [details, attribution]);
    rows.set(`moved ${id}`, [upload, download, uploadRate, downloadRate]);
  }
  return rows;
}

export function changesBetween(before: StateRows, after: StateRows): StateChanges {
  return {
    set: [...after].filter(([name, value]) => !isSame(before.get(name), value)),
    gone: [...before.keys()].filter((name) => !after.has(name)),
  };
}

export function withChanges(rows: StateRows, { set, gone }: StateChanges): StateRows {
  const next = new Map(rows);
  for (const name of gone) next.delete(name);
  for (const [name, value] of set) next.set(name, value);
  return next;
}

/** @param models of the state that the changes were appended to */
export function deviceOf(rows: StateRows, models: LedgerState['models']): SavedDevice {
  const device: Record<string, unknown> = {};
  const plain: Record<string, unknown> = {};
  const lists = new Map<string, [rest: string, value: unknown][]>();
  for (const [name, value] of rows) {
    if (name.startsWith(DEVICE)) device[name.slice(DEVICE.length)] = value;
    else if (name.startsWith(PLAIN)) plain[name.slice(PLAIN.length)] = value;
    else {
      const space = name.indexOf(' ');
      const list = space < 0 ? name : name.slice(0, space);
      const entry: [string, unknown] = [name.slice(space + 1), value];
      const entries = lists.get(list);
      if (entries === undefined) lists.set(list, [entry]);
      else entries.push(entry);
    }
  }
  const entriesOf = (list: string) => lists.get(list) ?? [];
  const series = <T>(list: string): T[] =>
    entriesOf(list).map(([labels, bytes]) => ({ ...JSON.parse(labels), bytes }) as T);
  const moved = new Map(entriesOf('moved'));
  const connections = entriesOf('connection').map(([id, value]): SavedConnection => {
    const [details, attribution] = value as [SavedConnection['details'], SavedConnection['attribution']];
    const [upload, download, uploadRate, downloadRate] = moved.get(id) as [number, number, number, number];
    return { id, details, attribution, upload, download, uploadRate, downloadRate };
  });
  const ledger: LedgerState = {
    ...(plain as unknown as Plain),
    traffic: series('traffic'),
    uncounted: series('uncounted'),
    families: eachDimension((dimension) => series<FamilySeries>(dimension)),
    familyNames: eachDimension((dimension) => entriesOf(`name.${dimension}`) as [string, number][]),
    connections: rows.has('connections') ? connections : undefined,
    models,
  };
  return { ...(device as unknown as Omit<SavedDevice, 'ledger'>), ledger };
}

function eachDimension<T>(read: (dimension: Dimension) => T): Record<Dimension, T> {
  return Object.fromEntries(DIMENSIONS.map((dimension) => [dimension, read(dimension)])) as Record<Dimension, T>;
}

/** Parts that did not change are the same objects mostly, so that few are written out to be compared. */
function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (
    Array.isArray(a) &&
    Array.isArray(b) &&
    a.length === b.length &&
    a.every((each, index) => Object.is(each, b[index]))
  )
    return true;
  return JSON.stringify(a) === JSON.stringify(b);
}
