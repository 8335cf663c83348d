import { DIMENSIONS, eachDimension } from '../../core/metric-contract.ts';
import type { SavedConnection } from '../ledger/connection-table.ts';
import type { FamilySeries } from '../ledger/family.ts';
import { type LedgerState, namesOf } from '../ledger/state.ts';
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
const CONNECTION = 'connection ';

/** Nothing of the device is copied: its parts must not change any more. */
export function rowsOf({ ledger, ...device }: SavedDevice): StateRows {
  const rows = new Map<string, unknown>();
  const { traffic, families, familyNames: __, uncounted, connections, models: _, ...plain } = ledger;
  const familyNames = namesOf(ledger);
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
  for (const connection of connections ?? []) rows.set(CONNECTION + connection.id, connection);
  return rows;
}

export function changesBetween(before: StateRows, after: StateRows): StateChanges {
  const set: [string, unknown][] = [];
  const gone: string[] = [];
  for (const [name, value] of after) {
    const old = before.get(name);
    if (Object.is(old, value)) continue;
    if (name.startsWith(CONNECTION) && old !== undefined) {
      const moved = movedOf(old as SavedConnection, value as SavedConnection);
      if (moved !== 'nothing') set.push([name, moved ?? value]);
    } else if (!isSame(old, value)) set.push([name, value]);
  }
  for (const name of before.keys()) if (!after.has(name)) gone.push(name);
  return { set, gone };
}

export function withChanges(rows: StateRows, { set, gone }: StateChanges): StateRows {
  const next = new Map(rows);
  for (const name of gone) next.delete(name);
  for (const [name, value] of set) {
    if (name.startsWith(CONNECTION) && Array.isArray(value)) {
      const [upload, download, uploadRate, downloadRate] = value as unknown as Moved;
      const moved = { upload, download, uploadRate, downloadRate };
      next.set(name, { ...(next.get(name) as SavedConnection), ...moved });
    } else next.set(name, value);
  }
  return next;
}

type Moved = readonly [upload: number, download: number, uploadRate: number, downloadRate: number];

/** What of a connection changes from frame to frame; undefined where it is another one now. */
function movedOf(before: SavedConnection, after: SavedConnection): Moved | 'nothing' | undefined {
  if (before.details !== after.details || before.attribution !== after.attribution) return undefined;
  const { upload, download, uploadRate, downloadRate } = after;
  const isStill =
    upload === before.upload &&
    download === before.download &&
    uploadRate === before.uploadRate &&
    downloadRate === before.downloadRate;
  return isStill ? 'nothing' : [upload, download, uploadRate, downloadRate];
}

/** @param models of the state that the changes were appended to */
export function deviceOf(rows: StateRows, models: LedgerState['models']): SavedDevice {
  const ofDevice = new Map<string, unknown>();
  const ofLedger = new Map<string, unknown>();
  const lists = new Map<string, [rest: string, value: unknown][]>();
  for (const [name, value] of rows) {
    if (name.startsWith(DEVICE)) ofDevice.set(name.slice(DEVICE.length), value);
    else if (name.startsWith(PLAIN)) ofLedger.set(name.slice(PLAIN.length), value);
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
  const connections = entriesOf('connection').map(([, value]) => value as SavedConnection);
  const ledger: LedgerState = {
    ...(Object.fromEntries(ofLedger) as unknown as Plain),
    traffic: series('traffic'),
    uncounted: series('uncounted'),
    families: eachDimension((dimension) => series<FamilySeries>(dimension)),
    familyNames: eachDimension((dimension) => entriesOf(`name.${dimension}`) as [string, number][]),
    connections: rows.has('connections') ? connections : undefined,
    models,
  };
  return { ...(Object.fromEntries(ofDevice) as unknown as Omit<SavedDevice, 'ledger'>), ledger };
}

/** Parts that did not change are the same objects mostly, so that few are written out to be compared. */
function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  return JSON.stringify(a) === JSON.stringify(b);
}
