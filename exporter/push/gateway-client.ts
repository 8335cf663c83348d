import * as z from 'zod/mini';
import { pushPath, STATE_HEADER } from '../../core/device-id.ts';
import { parseJson } from '../../core/json.ts';
import type { ReadBack } from '../device/sync-state.ts';
import type { ConnectionFailure, HttpClient, HttpRequest, Network } from '../host/network.ts';
import type { PushProblem } from './problem.ts';
import { decodeReadBack, ReadBackError } from './read-back.ts';

/** Where to push and as whom. */
export interface GatewayAddress {
  /** Such as `https://vps.example`. */
  readonly origin: string;
  readonly token: string;
  readonly deviceId: string;
}

export interface Push {
  readonly stateId: string;
  readonly sequence: number;
  /** Exposition text. */
  readonly body: string;
}

export type PushResult = { readonly kind: 'accepted' } | { readonly kind: 'problem'; readonly problem: PushProblem };
/** `age`: how long ago the gateway accepted it, milliseconds, up to two seconds too little; undefined when it does not say. */
export type ReadBackResult =
  | (ReadBack & { readonly age?: number | undefined })
  | { readonly kind: 'problem'; readonly problem: PushProblem };

/** The gateway, as one device sees it. */
export interface GatewayClient {
  push(address: GatewayAddress, push: Push): Promise<PushResult>;
  /** What the gateway last accepted from this device. */
  readBack(address: GatewayAddress): Promise<ReadBackResult>;
  close(): Promise<void>;
}

const TIMEOUT_MS = 10_000;
/** How long a silent exporter keeps its DeviceID to itself, where the gateway does not say how much of it is left. */
const HELD_MS = 60_000;
/** Small texts fit one packet anyway. */
const GZIP_FROM_CHARACTERS = 1024;
const utf8 = new TextDecoder();

const ErrorBody = z.object({
  error: z.optional(z.string()),
  code: z.optional(z.string()),
  message: z.optional(z.string()),
  free_in_milliseconds: z.optional(z.number()),
});

export function createGatewayClient(network: Network): GatewayClient {
  let open: { readonly origin: string; readonly client: HttpClient } | undefined;

  /** The gateway moves seldom: connections to where it was are closed. */
  function clientOf(origin: string): HttpClient {
    if (open?.origin === origin) return open.client;
    void open?.client.close();
    open = { origin, client: network.client({ origin, timeout: TIMEOUT_MS }) };
    return open.client;
  }

  async function send(
    { origin, token, deviceId }: GatewayAddress,
    { headers, ...request }: Omit<HttpRequest, 'path'>,
  ): Promise<Answer | { readonly kind: 'problem'; readonly problem: PushProblem }> {
    const authorization: HttpRequest['headers'] = token === '' ? {} : { authorization: `Bearer ${token}` };
    const result = await clientOf(origin).request({
      ...request,
      path: pushPath(deviceId),
      headers: { ...headers, ...authorization },
    });
    if (result.kind === 'failure') {
      return { kind: 'problem', problem: { kind: 'unreachable', code: codeOf(result.failure) } };
    }
    return {
      kind: 'answer',
      status: result.status,
      text: utf8.decode(result.body),
      state: result.header(STATE_HEADER.toLowerCase()) ?? '',
      age: ageOf(result.header('date'), result.header('last-modified')),
    };
  }

  return {
    async push(address, { stateId, sequence, body }) {
      const answer = await send(address, {
        method: 'PUT',
        headers: { 'content-type': 'text/plain; version=0.0.4', [STATE_HEADER]: `${stateId} ${sequence}` },
        body,
        gzip: body.length >= GZIP_FROM_CHARACTERS,
      });
      if (answer.kind === 'problem') return answer;
      if (answer.status >= 200 && answer.status < 300) return { kind: 'accepted' };
      return { kind: 'problem', problem: problemOfAnswer(answer) };
    },
    async readBack(address) {
      const answer = await send(address, {});
      return answer.kind === 'problem' ? answer : readAnswer(answer);
    },
    async close() {
      await open?.client.close();
    },
  };
}

/** Certificates of a gateway are judged by the host's authorities, so that a failure always has a code. */
const codeOf = (failure: ConnectionFailure): string => ('code' in failure ? failure.code : failure.kind);

interface Answer {
  readonly kind: 'answer';
  readonly status: number;
  readonly text: string;
  readonly state: string;
  readonly age: number | undefined;
}

/** Both headers are of one clock and in whole seconds; too young does no harm, too old would count bytes twice. */
function ageOf(now: unknown, then: unknown): number | undefined {
  const age = Date.parse(String(now)) - Date.parse(String(then)) - 1000;
  return Number.isFinite(age) ? Math.max(0, age) : undefined;
}

function readAnswer(answer: Answer): ReadBackResult {
  const bad = (detail: string): ReadBackResult => ({ kind: 'problem', problem: { kind: 'bad_answer', detail } });
  if (answer.status === 404) {
    // A wrong port or a proxy's own 404 must not pass for "this device has never pushed".
    return readError(answer).isJson ? { kind: 'nothing' } : bad('404 that is not JSON');
  }
  if (answer.status !== 200) return { kind: 'problem', problem: problemOfAnswer(answer) };
  try {
    return { ...decodeReadBack(answer.text, answer.state), age: answer.age };
  } catch (error) {
    if (error instanceof ReadBackError) return bad(error.message);
    throw error;
  }
}

function problemOfAnswer(answer: Answer): PushProblem {
  const { status } = answer;
  const { code, detail, freeIn } = readError(answer);
  if (status === 401) return { kind: 'wrong_token' };
  if (status === 413) return { kind: 'too_large' };
  if (code === 'other_device') return { kind: 'token_of_another_device' };
  if (code === 'held_by_another_state') return { kind: 'held_by_another_state', freeIn };
  if (code === 'no_room') return { kind: 'no_room' };
  if (status === 409) return { kind: 'fell_behind', detail };
  if (status === 429 || status >= 500) return { kind: 'unavailable', status, detail };
  return { kind: 'refused', status, detail };
}

function readError({ text }: Answer): { isJson: boolean; code: string; detail: string; freeIn: number } {
  const body = ErrorBody.safeParse(parseJson(text));
  if (!body.success || body.data.error === undefined) return { isJson: false, code: '', detail: '', freeIn: HELD_MS };
  const { error, code = error, message = error, free_in_milliseconds: freeIn = HELD_MS } = body.data;
  return { isJson: true, code, detail: message.slice(0, 300), freeIn };
}
