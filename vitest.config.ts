import { defineConfig } from 'vitest/config';

export default defineConfig({
  oxc: { jsx: { runtime: 'automatic' } },
  test: {
    include: ['**/*.test.ts', '**/*.test.tsx'],
    exclude: ['**/node_modules/**', 'dist/**', '.next/**', '.podlab/**', 'e2e/**'],
    globalSetup: ['scripts/vitest-setup.ts'],
    // Only for what hangs: a busy machine may be ten times slower than a quiet one.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    // One more try where nobody watches; `npm test` names what needed it, since that is a defect too.
    retry: process.env['CI'] ? 1 : 0,
  },
});
