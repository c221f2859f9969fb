import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { expect, it } from 'vitest';
import { createLog } from '../core/log';
import { type Answering, createWebServer } from './create-web-server';
import { createGuard } from './guard-requests';

it('outlives a browser that is gone before anybody could look at its upgrade', async () => {
  let answer: (answering: Answering) => void = () => {};
  const web = createWebServer({
    guard: createGuard({ host: '127.0.0.1', loopback: true, publicUrl: undefined }),
    log: createLog(() => {}),
    development: false,
    answering: new Promise((resolve) => {
      answer = resolve;
    }),
  });
  await new Promise<void>((resolve) => web.server.listen(0, '127.0.0.1', resolve));
  const { port } = web.server.address() as AddressInfo;
  const asked = once(web.server, 'upgrade') as Promise<[unknown, Socket]>;
  const browser = connect(port, '127.0.0.1');
  browser.write('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
  const [, socket] = await asked;
  const gone = new Promise((resolve) => socket.once('close', resolve));
  browser.resetAndDestroy();
  await gone;

  answer({
    gateway: { upgrade: () => false, explain: () => false, close: () => {} },
    health: async () => ({ status: 200, body: {} }),
    pages: async (_, response) => void response.end('a page'),
  });
  expect(await (await fetch(`http://127.0.0.1:${port}`)).text()).toBe('a page');
  await web.close(0);
});
