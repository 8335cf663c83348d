import { ExpositionError, parseExposition, renderExposition } from '../../core/exposition.ts';
import { type Device, deviceKey } from '../access/device.ts';
import { type Refusal, refuse } from '../http/problem.ts';
import { checkPush } from './contract-check.ts';
import type { LedgerCounters } from './ledger-counters.ts';
import { createPushLayout, type PushLayout } from './push-layout.ts';
import { createSeriesMemo } from './series-memo.ts';

/** A push that keeps to the contract, as it is kept and passed on. */
export interface ReadPush {
  readonly kind: 'read';
  /** Exposition text: every family with the contract's TYPE and HELP, no series twice, no timestamps. */
  readonly text: Buffer;
  /** The text as gzip data, where the device pushed it so. */
  readonly packed?: Buffer | undefined;
  readonly ledger: LedgerCounters;
}

/** Reads pushes and holds them to the contract: in full, or by the layout of the push that the device made before. */
export interface PushReader {
  /**
   * @param bytes must not change afterwards
   * @param packed the same as gzip data
   */
  read(device: Device, bytes: Buffer, packed?: Buffer): ReadPush | Refusal;
}

/** Layouts of a thousand devices or two, each as large as what it pushes. */
const MAX_LAYOUT_BYTES = 96 * 2 ** 20;

export function createPushReader(maxLayoutBytes = MAX_LAYOUT_BYTES, maxHeadCharacters?: number): PushReader {
  const memo = createSeriesMemo(maxHeadCharacters);
  const layouts = new Map<string, PushLayout>();
  let layoutBytes = 0;

  /** Forgotten as a whole when they grow beyond their bound. */
  function remember(key: string, layout: PushLayout | undefined): void {
    layoutBytes -= layouts.get(key)?.size ?? 0;
    layouts.delete(key);
    if (layout === undefined || layout.size > maxLayoutBytes) return;
    if (layoutBytes + layout.size > maxLayoutBytes) {
      layouts.clear();
      layoutBytes = 0;
    }
    layouts.set(key, layout);
    layoutBytes += layout.size;
  }

  function readInFull(device: Device, bytes: Buffer): ReadPush | Refusal {
    const text = decode(bytes);
    if (text === undefined) return refuse('bad_body', 'the body is not UTF-8 text');
    try {
      const checked = checkPush(parseExposition(text, memo));
      if (checked.kind === 'refused') return checked;
      remember(deviceKey(device), createPushLayout(text, checked.families));
      return { kind: 'read', text: Buffer.from(renderExposition(checked.families)), ledger: checked.ledger };
    } catch (error) {
      if (error instanceof ExpositionError) {
        return refuse('not_exposition', `the body is not exposition text: ${error.message.slice(0, 300)}`);
      }
      throw error;
    }
  }

  return {
    read(device, bytes, packed) {
      const ledger = layouts.get(deviceKey(device))?.read(bytes);
      return ledger === undefined ? readInFull(device, bytes) : { kind: 'read', text: bytes, packed, ledger };
    },
  };
}

function decode(bytes: Buffer): string | undefined {
  try {
    // A BOM is kept: it is no part of exposition text and the parser says so.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
