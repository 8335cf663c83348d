import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PlayedDays, Span } from '../play/records.ts';
import { SCENARIOS } from '../scenarios/scenarios.ts';
import { honestDraft } from '../tasks.ts';
import { buildWorld } from '../world/world.ts';
import { CHECKS, DEVICES, READINGS, SETTINGS, USE } from './read-days.ts';

/**
 * Writes the first household of a scenario as days that can be played.
 *
 * @returns the exit code: 0 written, 2 there is no such scenario
 */
export async function writeHousehold(path: string, scenario: string): Promise<number> {
  if (!SCENARIOS.some(({ name }) => name === scenario)) {
    console.error(`no scenario is called ${scenario}; there are ${SCENARIOS.map(({ name }) => name).join(', ')}`);
    return 2;
  }
  const { settings, days } = buildWorld(honestDraft(scenario, 0));
  await writeDays(path, settings, days);
  return 0;
}

/** Writes days as a folder that can be played. */
export async function writeDays(path: string, settings: string, days: PlayedDays): Promise<void> {
  const { answers, use, checks, devices } = days;
  await mkdir(path, { recursive: true });
  const lines = (entries: readonly object[]): string => entries.map((each) => `${JSON.stringify(each)}\n`).join('');
  await writeFile(join(path, SETTINGS), settings);
  await writeFile(join(path, READINGS), lines(answers.map((each) => ({ ...each, time: iso(each.time) }))));
  await writeFile(join(path, USE), lines([...use].map(withTimes)));
  await writeFile(join(path, CHECKS), lines([...checks].map(withTimes)));
  await writeFile(
    join(path, DEVICES),
    lines(
      devices.map(({ user, device, firstPush, lastPush, silences, losses }) => ({
        user,
        device,
        firstPush: firstPush === null ? null : iso(firstPush),
        lastPush: lastPush === null ? null : iso(lastPush),
        silences: silences.map(withTimes),
        lost: losses.map(withTimes),
      })),
    ),
  );
}

const iso = (at: number): string => new Date(at).toISOString();

/** A span without an end has none in the file. */
function withTimes<T extends Span>(span: T): object {
  return { ...span, from: iso(span.from), to: Number.isFinite(span.to) ? iso(span.to) : null };
}
