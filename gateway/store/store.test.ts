import { expect, it } from 'vitest';
import { importPath } from './store.ts';

it('lets the path decide whose series they are, whatever the names hold', () => {
  const path = importPath({ user: 'a&b=c', deviceId: '客厅 &extra_label=user=bob#?' });
  const { pathname, searchParams } = new URL(path, 'http://store');
  expect(pathname).toBe('/api/v1/import/prometheus');
  expect([...searchParams]).toEqual([
    ['extra_label', 'job=flowcollect'],
    ['extra_label', 'user=a&b=c'],
    ['extra_label', 'instance=客厅 &extra_label=user=bob#?'],
  ]);
});
