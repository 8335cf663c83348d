import fc from 'fast-check';
import { expect, it } from 'vitest';
import { nearest, nearestNames } from './nearest.ts';

it('puts first what differs least, whatever the case and the width of letters', () => {
  const nodes = ['香港 01', '香港 02', '日本 01', 'HK-01'];
  expect(nearestNames('香港 0', nodes, 2)).toEqual(['香港 01', '香港 02']);
  expect(nearestNames('ｈｋ-01', nodes, 1)).toEqual(['HK-01']);
  expect(nearestNames('my-phoen', ['laptop', 'my-phone', 'router'], 1)).toEqual(['my-phone']);
  expect(nearestNames('', ['ab', 'a'], 5)).toEqual(['a', 'ab']);
  expect(nearestNames('a', [], 5)).toEqual([]);
});

it('names one alone where it is almost the same, and none where nothing is near', () => {
  expect(nearest('mihomosecrt', ['MihomoSecret', 'MihomoKey'])).toBe('MihomoSecret');
  expect(nearest('colour', ['MihomoSecret', 'MihomoKey'])).toBeUndefined();
});

it('names a name itself before all others', () => {
  const name = fc.string({ maxLength: 8 });
  fc.assert(
    fc.property(fc.array(name), name, (others, given) => {
      const [first = ''] = nearestNames(given, [...others, given], 1);
      expect(first.normalize('NFKC').toLowerCase()).toBe(given.normalize('NFKC').toLowerCase());
    }),
  );
});
