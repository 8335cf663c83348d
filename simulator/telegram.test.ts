import { afterEach, beforeEach, expect, it } from 'vitest';
import { createSimulation, type Simulation, type SimulationAddresses } from './simulation.ts';

const TOKEN = '1:simulated';
let simulation: Simulation;
let addresses: SimulationAddresses;

beforeEach(async () => {
  simulation = createSimulation(
    { controlPort: 0, speed: 1, paused: false, telegram: { port: 0, token: TOKEN } },
    () => 1_000_000,
  );
  addresses = await simulation.start();
});
afterEach(() => simulation.stop());

const call = async (method: string, params: object, token = TOKEN): Promise<{ readonly result?: unknown }> => {
  const body = JSON.stringify(params);
  return (await fetch(`${addresses.telegram}/bot${token}/${method}`, { method: 'POST', body })).json() as Promise<{
    readonly result?: unknown;
  }>;
};
const control = (path: string, body: object): Promise<Response> =>
  fetch(`${addresses.control}/simulator/telegram/${path}`, { method: 'POST', body: JSON.stringify(body) });

it('hands the bot what a person says and presses, each once', async () => {
  await control('say', { chat: 7, text: '/today' });
  await control('press', { chat: 7, data: '/nodes' });
  const { result } = await call('getUpdates', {});
  expect(result).toMatchObject([
    { update_id: 1, message: { chat: { id: 7 }, text: '/today' } },
    { update_id: 2, callback_query: { data: '/nodes' } },
  ]);
  expect(await call('getUpdates', { offset: 3 })).toEqual({ ok: true, result: [] });
});

it('holds a question for updates open until there is one', async () => {
  const waiting = call('getUpdates', { timeout: 30 });
  await control('say', { chat: 7, text: 'hello' });
  expect((await waiting).result).toMatchObject([{ message: { text: 'hello' } }]);
});

it('keeps what the bot sends, and answers no other bot', async () => {
  await call('sendMessage', { chat_id: 7, text: 'hi' });
  const told = await (await fetch(`${addresses.control}/simulator/telegram`)).json();
  expect(told).toEqual({ sent: [{ chat: 7, text: 'hi', buttons: [] }] });
  expect(await call('getMe', {}, '2:other')).toMatchObject({ ok: false, error_code: 401 });
});
