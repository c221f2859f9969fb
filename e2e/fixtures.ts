import { test as base } from '@playwright/test';
import { PodlabServer } from './podlab-server';

/** A server per worker; every test is a new guest (a fresh browser context). */
export const test = base.extend<object, { server: PodlabServer }>({
  server: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures a fixture needs from this pattern.
    async ({}, use) => {
      const server = await PodlabServer.start();
      await use(server);
      await server.dispose();
    },
    { scope: 'worker' },
  ],
  baseURL: ({ server }, use) => use(server.url),
});

export { expect } from '@playwright/test';
