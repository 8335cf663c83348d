import { describe, expect, it } from 'vitest';
import type { Language } from '../../core/language.ts';
import { airportCommand } from './command.ts';

const print = async (language: Language, ...given: string[]): Promise<string> => {
  let printed = '';
  const command = airportCommand((text) => {
    printed += text;
  }, language);
  await command.parseAsync(given, { from: 'user' });
  return printed;
};
const run = async (...given: string[]): Promise<unknown> => JSON.parse(await print('zh', ...given, '--json'));

const NOTHING = { upload: null, download: null, used: null, quota: null, unlimited: false, expiry: null };

describe('airport parse', () => {
  it('prints the figures of a header and nothing else', async () => {
    const header = 'upload=455727941; download=6174315083; total=1073741824000; expire=1671815872';
    expect(await run('parse', '--header', header)).toEqual({
      upload: 455727941,
      download: 6174315083,
      used: 6630043024,
      quota: 1073741824000,
      unlimited: false,
      expiry: 1671815872,
      reasons: [],
    });
  });

  it('reads the counter of JustMySocks, which does not tell upload from download', async () => {
    const body = '{"monthly_bw_limit_b":500000000000,"bw_counter_b":79018881709,"bw_reset_day_of_month":16}';
    expect(await run('parse', '--header', body)).toEqual({
      ...NOTHING,
      used: 79018881709,
      quota: 500000000000,
      reasons: ['机场不区分上传和下载', '没有到期时间（长期有效或未设置）'],
    });
  });

  it.each([
    ['', '流量信息是空的'],
    ['{"monthly_bw_limit_b":0,"bw_counter_b":0}', '流量信息全是 0，不可信'],
    ['{"error":"no such service"}', '流量信息无法识别'],
  ])('says of %j why nothing is known', async (header, why) => {
    expect(await run('parse', '--header', header)).toEqual({ ...NOTHING, reasons: [why] });
  });
});

it('says why nothing is known in the language that is set', async () => {
  expect(await print('zh', 'parse', '--header', '')).toContain('reasons: 流量信息是空的');
  expect(await print('en', 'parse', '--header', '')).not.toMatch(/\p{Script=Han}/u);
});

it('airport multiplier prints the interval, its source and whether the name is a message', async () => {
  expect(await run('multiplier', '香港 02x1')).toEqual({ low: 1, high: 2, source: 'name', info: false });
  expect(await run('multiplier', '香港 01')).toEqual({ low: 1, high: 1, source: 'default', info: false });
  expect(await run('multiplier', '剩余流量：86.42 GB')).toEqual({ low: 1, high: 1, source: 'default', info: true });
});
