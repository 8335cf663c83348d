import type { Duplex } from 'node:stream';

/** What Node's parser gives up on: the status line, and what to say. */
const ANSWER_OF_CODE: ReadonlyMap<string, readonly [string, string]> = new Map([
  ['ERR_HTTP_REQUEST_TIMEOUT', ['408 Request Timeout', 'the request did not arrive in time; look at the network']],
  ['HPE_HEADER_OVERFLOW', ['431 Request Header Fields Too Large', 'the headers are too large']],
]);
const BAD: readonly [string, string] = [
  '400 Bad Request',
  'this is not HTTP; [client] RemoteServer must begin with http',
];

/** Answers in JSON what is not a request, and ends the connection. */
export function answerBroken(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, message] = ANSWER_OF_CODE.get(error.code ?? '') ?? BAD;
  const body = `${JSON.stringify({ error: 'bad_request', message })}\n`;
  const head = `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}`;
  socket.end(`${head}\r\nConnection: close\r\n\r\n${body}`, () => socket.destroy());
}
