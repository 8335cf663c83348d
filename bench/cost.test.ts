import { expect, it } from 'vitest';
import { sortSources } from './cost.ts';

it('tells the files of the project from those of packages, scoped and nested ones too', () => {
  expect(
    sortSources([
      '../exporter/main.ts',
      '../exporter/ledger/ledger.ts',
      '../core/units.ts',
      '../node_modules/zod/index.js',
      '../node_modules/zod/v4/core.js',
      '../node_modules/@scope/one/index.js',
      '../node_modules/one/node_modules/two/index.js',
    ]),
  ).toEqual({
    folders: new Map([
      ['exporter', 2],
      ['core', 1],
    ]),
    packages: ['@scope/one', 'two', 'zod'],
  });
});
