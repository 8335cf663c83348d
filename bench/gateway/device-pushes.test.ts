import { expect, it } from 'vitest';
import { parseExposition } from '../../core/exposition-parser.ts';
import { parsePush } from '../../gateway/contract/contract-check.ts';
import { createPushParser } from '../../gateway/contract/push-parser.ts';
import { asDevice, countSeries, devicePushes } from './device-pushes.ts';

it('are pushes that a gateway takes one after the other, of every device under names of its own', async () => {
  const texts = await devicePushes(3);
  const parser = createPushParser(parsePush);
  expect(texts).toHaveLength(3);
  for (const device of [1, 2]) {
    let before = 0;
    for (const text of texts.map((each) => asDevice(each, device))) {
      const read = parser.parse({ user: 'default', deviceId: `device ${device}` }, Buffer.from(text));
      if (read.kind === 'refused') throw new Error(read.message);
      const bytes = read.ledger.values.reduce((sum, value) => sum + value, 0);
      expect(bytes).toBeGreaterThan(before);
      before = bytes;
    }
  }
  const [text = ''] = texts;
  expect(countSeries(text)).toBe(parseExposition(text).flatMap(({ samples }) => samples).length);
  expect(asDevice(text, 1)).not.toBe(asDevice(text, 2));
});
