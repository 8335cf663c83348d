import { expect, it } from 'vitest';
import { catalogAnswers } from './catalog-answers.ts';
import { createHouseholdSource } from './kernel-source.ts';
import { readRecording } from './recording.ts';

const START = Date.UTC(2026, 10, 24);
const MINUTE = 60_000;
const URL_OF_TESTS = 'http://127.0.0.1:28100/generate_204';
const real = await readRecording(new URL('../../test/recordings/modern.ndjson.gz', import.meta.url).pathname);
const nodesOf = (proxies: string) => JSON.parse(proxies).proxies;

it('shows checks as a modern kernel does: each in the history, and in that of its URL', () => {
  const made = nodesOf(catalogAnswers(START + 1.5 * MINUTE, { every: MINUTE, since: START }).proxies);
  for (const name of ['日本 01', '香港 01 | x2']) {
    const { extra, history } = nodesOf(real.answers.proxies)[name];
    expect(made[name].history).toEqual([
      { time: expect.stringMatching(/^2026-11-24T00:01:00\.\d{9}Z$/), delay: expect.any(Number) },
    ]);
    expect(made[name].extra[URL_OF_TESTS].history).toEqual(made[name].history);
    expect(Object.keys(made[name].history[0])).toEqual(Object.keys(history[0]));
    expect(Object.keys(made[name].extra)).toEqual(Object.keys(extra));
    expect(Object.keys(made[name].extra[URL_OF_TESTS])).toEqual(Object.keys(extra[URL_OF_TESTS]));
  }
  expect(made.DIRECT.history).toEqual([]);
  expect(made.自动.history).toEqual([]);
});

it('remembers the last ten, and none of the process before', () => {
  const source = createHouseholdSource({ seed: '1', shape: 'mixed', startedAt: START, checkEvery: MINUTE });
  const times = (): string[] =>
    nodesOf(source.answers().proxies)['日本 01'].history.map(({ time }: { time: string }) => time.slice(11, 16));
  source.advance(START + 30.5 * MINUTE);
  expect(times()).toEqual(['21', '22', '23', '24', '25', '26', '27', '28', '29', '30'].map((minute) => `00:${minute}`));
  source.die();
  source.advance(START + 40 * MINUTE);
  source.revive();
  source.advance(START + 41.5 * MINUTE);
  expect(times()).toEqual(['00:41']);
});

it('checks nothing unless it is asked to', () => {
  const source = createHouseholdSource({ seed: '1', shape: 'mixed', startedAt: START });
  source.advance(START + 30 * MINUTE);
  expect(source.answers()).toEqual(catalogAnswers(START + 30 * MINUTE, undefined, START));
  expect(nodesOf(source.answers().proxies)['日本 01']).toMatchObject({ history: [], extra: {} });
});
