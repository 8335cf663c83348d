import { describe, expect, it } from 'vitest';
import { classify, isKnownType } from './attribution.ts';

const none = new Set<string>();

describe('the class of a node', () => {
  it.each([
    ['Direct', 'direct'],
    ['Compatible', 'direct'],
    ['Pass', 'direct'],
    ['PassRule', 'direct'],
    ['Dns', 'direct'],
    ['Reject', 'reject'],
    ['RejectDrop', 'reject'],
    ['Block', 'reject'],
    ['Rematch', 'reject'],
    ['ShadowQuic', 'proxy'],
    ['Vless', 'proxy'],
    ['Hysteria2', 'proxy'],
    ['TrustTunnel', 'proxy'],
    ['Tailscale', 'proxy'],
  ])('of type %s is %s, and the type is known', (type, expected) => {
    expect(classify('a node', type, none)).toBe(expected);
    expect(isKnownType(type)).toBe(true);
  });

  it('of a type yet to come is proxy, even when it is called like a property of objects', () => {
    for (const type of ['Quantum', 'toString', 'constructor']) {
      expect(classify('a node', type, none)).toBe('proxy');
      expect(isKnownType(type)).toBe(false);
    }
  });

  it('of a local node is local whatever its type, in any case', () => {
    expect(classify('UA3F', 'Socks5', new Set(['ua3f']))).toBe('local');
  });

  it('of a built-in node needs no catalog', () => {
    expect(classify('DIRECT', undefined, none)).toBe('direct');
    expect(classify('REJECT-DROP', undefined, none)).toBe('reject');
    expect(classify('somebody', undefined, none)).toBe('proxy');
  });
});
