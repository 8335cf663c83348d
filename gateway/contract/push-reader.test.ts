import { describe, expect, it } from 'vitest';
import { KERNEL_BYTES, requireMetric } from '../../core/metric-contract.ts';
import { createPushReader } from './push-reader.ts';

const device = { user: 'default', deviceId: 'a' };
const series = `${KERNEL_BYTES}{direction="upload"}`;
const { help } = requireMetric(KERNEL_BYTES);
const textOf = (value: number, words = help): Buffer =>
  Buffer.from(`# HELP ${KERNEL_BYTES} ${words}\n# TYPE ${KERNEL_BYTES} counter\n${series} ${value}\n`);

describe('reading pushes', () => {
  it('passes a push on with the help of the contract, and as it came when it has it', () => {
    const reader = createPushReader();
    for (const [pushed, value] of [
      [textOf(1, 'whatever'), 1],
      [textOf(2), 2],
      [textOf(3), 3],
      [textOf(4, 'whatever'), 4],
    ] as const) {
      const read = reader.read(device, pushed);
      if (read.kind === 'refused') throw new Error(read.message);
      expect([read.text.toString(), read.ledger]).toEqual([
        textOf(value).toString(),
        { series: [series], values: [value] },
      ]);
    }
  });

  it('keeps to the contract after good pushes too', () => {
    const reader = createPushReader();
    reader.read(device, textOf(1));
    expect(reader.read(device, Buffer.from(`${textOf(2)}${series} 3\n`))).toMatchObject({ code: 'not_exposition' });
    expect(reader.read(device, textOf(-1))).toMatchObject({ code: 'not_in_contract' });
    expect(reader.read(device, Buffer.concat([textOf(2), Buffer.from([0xff, 0x0a])]))).toMatchObject({
      code: 'bad_body',
    });
  });

  it('refuses a byte order mark and what is no UTF-8', () => {
    const reader = createPushReader();
    expect(reader.read(device, Buffer.from(`\uFEFF${textOf(1)}`))).toMatchObject({ code: 'not_exposition' });
    expect(reader.read(device, Buffer.from([0x61, 0xff]))).toMatchObject({ code: 'bad_body' });
  });

  it('reads the same whether or not there is room to remember', () => {
    const [roomy, tight] = [createPushReader(), createPushReader(0)];
    for (let value = 1; value < 4; value += 1) {
      for (const deviceId of ['a', 'b']) {
        const other = { ...device, deviceId };
        expect(tight.read(other, textOf(value))).toEqual(roomy.read(other, textOf(value)));
      }
    }
  });
});
