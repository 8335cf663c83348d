import { expect, it } from 'vitest';
import { isOnThisMachine } from './api.ts';

it('knows a kernel on this machine by its address', () => {
  for (const local of ['http://127.0.0.1:9090', 'http://localhost:9090', 'http://[::1]:9090', 'unix:///run/m.sock']) {
    expect(isOnThisMachine(local), local).toBe(true);
  }
  for (const remote of ['http://192.168.1.1:9090', 'https://127.example.com:1']) {
    expect(isOnThisMachine(remote), remote).toBe(false);
  }
});
