import { expect, it } from 'vitest';
import { listenHttp } from './http-listener.ts';
import { post } from './http-post.ts';

it('sends a form, reads the answer, and takes a token to nobody that a redirect names', async () => {
  const asked: string[] = [];
  const listener = await listenHttp(
    (request, response) => {
      request
        .setEncoding('utf8')
        .on('data', (text) => asked.push(`${request.url} ${request.headers.authorization} ${text}`));
      request.on('end', () => {
        response.writeHead(request.url === '/moved' ? 307 : 200, { location: '/elsewhere' }).end('said');
      });
    },
    { host: '127.0.0.1', port: 0, setting: 'none' },
  );
  const ask = (path: string) =>
    post(listener.origin + path, { form: { a: 'b c' }, headers: { authorization: 'x' }, timeout: 5000 });
  expect(await ask('/')).toEqual({ status: 200, text: 'said' });
  expect(await ask('/moved')).toEqual({ status: 307, text: 'said' });
  expect(asked).toEqual(['/ x a=b+c', '/moved x a=b+c']);
  await listener.close();
  await expect(ask('/')).rejects.toThrow();
});
