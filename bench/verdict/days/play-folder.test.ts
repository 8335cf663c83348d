import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { play } from '../play/player.ts';
import { honestDraft } from '../tasks.ts';
import { buildWorld } from '../world/world.ts';
import { playFolder } from './play-folder.ts';
import { readDays } from './read-days.ts';
import { writeDays } from './write-days.ts';

const EXAMPLE = fileURLToPath(new URL('../example-days', import.meta.url));

interface Line {
  readonly time: string;
  readonly airport: string;
  readonly report: boolean;
  readonly verdict: string;
  readonly reasons: readonly { readonly code: string }[];
  readonly figures: {
    readonly billed: { readonly low: number; readonly high: number | null } | null;
    readonly expected: { readonly likely: number } | null;
    readonly lost: number;
  };
  readonly text: string;
  readonly reportText?: string;
}

async function played(path: string, texts = false): Promise<Line[]> {
  const lines: Line[] = [];
  const code = await playFolder(path, { texts }, async (line) => {
    lines.push(JSON.parse(line));
  });
  expect(code).toBe(0);
  return lines;
}

describe('the days of the example', () => {
  it('give a line for each audit, and a report at every end of a day', async () => {
    const lines = await played(EXAMPLE);
    expect(lines.length).toBe(24);
    expect(lines.filter(({ report }) => report).map(({ time }) => time.slice(0, 16))).toEqual(
      ['01', '02', '03', '04'].map((day) => `2026-11-${day}T15:55`),
    );
    expect(lines[0]).toMatchObject({ airport: 'a.yaml', verdict: 'unknown', reasons: [{ code: 'first_reading' }] });
  });

  it('say why an audit has no reading', async () => {
    const unread = (await played(EXAMPLE)).filter(({ reasons }) =>
      reasons.some(({ code }) => code !== 'first_reading'),
    );
    expect(unread.map(({ reasons }) => reasons[0]?.code)).toEqual(['fetch_timeout', 'http_status']);
  });

  it('compare what the header says with what the devices moved, times their multipliers', async () => {
    const night = (await played(EXAMPLE)).find(({ time }) => time.startsWith('2026-11-02T15:55'));
    const mib = (bytes = 0): number => bytes / 2 ** 20;
    // 900 + 300 MB over HK, 250 MB over a node of 2x; the airport counts 1 % more.
    expect(mib(night?.figures.expected?.likely)).toBeCloseTo(1700, -1.5);
    expect(mib(night?.figures.billed?.low)).toBeCloseTo(1717, 0);
    expect(night?.verdict).toBe('ok');
    expect(night?.text).toContain('a.yaml');
  });

  it('know of bytes that a device lost sight of, and give whole reports when asked', async () => {
    const lines = await played(EXAMPLE, true);
    expect(lines.at(-1)?.figures.lost).toBeGreaterThan(0);
    expect(lines.filter(({ reportText }) => reportText !== undefined).length).toBe(4);
  });
});

describe('days that cannot be played', () => {
  let folder: string;
  const said: string[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'flowcollect-days-'));
    await cp(EXAMPLE, folder, { recursive: true });
    vi.spyOn(console, 'error').mockImplementation((text) => said.push(String(text)));
  });

  afterEach(async () => {
    vi.restoreAllMocks();
    said.length = 0;
  });

  const refused = async (file: string, text: string): Promise<string> => {
    await writeFile(join(folder, file), text);
    expect(await playFolder(folder, { texts: false }, async () => undefined)).toBe(2);
    return said.join('\n');
  };

  it.each([
    ['readings.ndjson', '{"time":"2026-11-01T18:00:00+08:00"}', /^readings\.ndjson:1: has no answer/],
    ['readings.ndjson', '{"time":"yesterday","header":""}', /^readings\.ndjson:1: time: is no time; write it like/],
    ['readings.ndjson', '{"time":1790000,"header":""}', /^readings\.ndjson:1: time: is no time after 1973/],
    ['readings.ndjson', '{"time":1e300,"header":""}', /^readings\.ndjson:1: time: is no time before 2200/],
    ['readings.ndjson', '{"time":1790000000,"failure":"tired"}', /^readings\.ndjson:1: failure: is no reason/],
    ['readings.ndjson', '\n{"airport":"b.yaml"}', /^readings\.ndjson:2: airport: the settings have no "b\.yaml"/],
    ['use.ndjson', '{"from":1790000000,"to":1780000000,"device":"desk"}', /^use\.ndjson:1: to: is before from/],
    ['use.ndjson', '{"from":1790000000,"to":1790000001,"device":"tv","node":"HK","bytes":1}', /devices\.ndjson has no/],
    ['use.ndjson', '[]', /^use\.ndjson:1: is JSON, but no object/],
    ['devices.ndjson', '{"device":"desk","silences":[{"to":1}]}', /^devices\.ndjson:1: from: is missing/],
    ['amendments.ndjson', '{"time":1790000000,"kind":"wish"}', /^amendments\.ndjson:1: kind: is no amendment/],
    ['readings.ndjson', '{"time":1790000000,"header":{"upload":1}}', /^readings\.ndjson:1: header: is no text/],
    ['readings.ndjson', '{"time":1790000000,"status":99.5}', /^readings\.ndjson:1: status: is no HTTP status/],
    [
      'readings.ndjson',
      '{"time":1790000000,"header":"","failure":"fetch_tls"}',
      /:1: failure: is given with an answer/,
    ],
    ['readings.ndjson', '{"time":"18:00","header":""}', /^readings\.ndjson:1: time: is no time; write it like/],
    ['readings.ndjson', '{"time":"2026-02-30T18:00","header":""}', /^readings\.ndjson:1: time: is no time; write/],
    ['readings.ndjson', '{"time":"2900-11-01T18:00:00+08:00","header":""}', /:1: time: is no time before 2200/],
    ['use.ndjson', '{"from":1790000000,"to":1790000001,"device":"desk","node":"","bytes":1}', /:1: node: is empty/],
    ['use.ndjson', '{"from":1790000000,"to":1790000001,"device":"desk","node":"HK","bytes":1e18}', /:1: bytes: is too/],
    ['devices.ndjson', '{"device":"desk"}\n{"device":"desk"}', /^devices\.ndjson:2: device: has a line before/],
    ['devices.ndjson', '{"device":"desk","firstPush":1790000000,"lastPush":1780000000}', /:1: lastPush: is before/],
    ['amendments.ndjson', '{"time":1790000000,"kind":"leak","airport":"b.yaml"}', /:1: airport: the settings have no/],
    ['amendments.ndjson', '{"time":1790000000,"kind":"known","airport":"a.yaml","share":-1}', /:1: share: is no amend/],
    [
      'amendments.ndjson',
      '{"time":1790000000,"kind":"acknowledge","airport":"a.yaml","date":"2026-13-45"}',
      /:1: date: /,
    ],
    ['ServerSetting.ini', '[server]\nDayEnds = noon\n', /ServerSetting\.ini.*DayEnds/],
  ])('say where and what: %s %s', async (file, text, expected) => {
    expect(await refused(file, text)).toMatch(expected);
  });
});

it('a household that is written down reads as it was in memory', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'flowcollect-days-'));
  try {
    const draft = honestDraft('old-copies', 1, 12);
    const { settings, days } = buildWorld(draft);
    await writeDays(folder, settings, days);
    const kinds = async (of: typeof days): Promise<string[]> => {
      const all: string[] = [];
      for await (const { audit } of play(of)) all.push(...audit.airports.map(({ verdict }) => verdict.kind));
      return all;
    };
    expect(await kinds(await readDays(folder))).toEqual(await kinds(days));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
