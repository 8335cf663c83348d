import { describe, expect, it } from 'vitest';
import { outcomeOf } from '../play/airport.ts';
import { answerOf, EXACT_FORMS } from './panel.ts';
import { GB } from './time.ts';

const figures = { upload: 3 * GB, download: 12 * GB, quota: 200 * GB, expiry: 1_830_000_000, reset: 1_795_000_000 };
const time = 1_790_000_000_000;

describe.each(EXACT_FORMS)('an answer of the form %s', (form) => {
  it.each([figures, { ...figures, expiry: null }])('says what is used, to the byte', async (given) => {
    const outcome = await outcomeOf({ time, airport: 'a', ...answerOf(form, given) });
    expect(outcome).toMatchObject({ known: true, reading: { used: 15 * GB, quota: 200 * GB } });
  });
});

it('a line for Shadowrocket says it to some 10 MB', async () => {
  const outcome = await outcomeOf({ time, airport: 'a', ...answerOf('status', { ...figures, upload: 3.456 * GB }) });
  expect(outcome.reading?.used).toBeCloseTo(15.46 * GB, -8);
});
