import { fileURLToPath } from 'node:url';

/** @type {import('next').NextConfig} */
export default {
  poweredByHeader: false,
  // Reading pages leave the build without a framework runtime: scripts/light-pages.mjs.
  adapterPath: fileURLToPath(new URL('scripts/light-pages.mjs', import.meta.url)),
  // Native or dynamic packages, and those only used while building pages, stay outside the bundles.
  serverExternalPackages: [
    '@prisma/client',
    '@prisma/adapter-libsql',
    '@prisma/adapter-pg',
    '@lydell/node-pty',
    'esbuild',
    'shiki',
    '@shikijs/rehype',
    '@mdx-js/mdx',
  ],
  // No page has an image to be made smaller: one thing less that answers strangers.
  images: { unoptimized: true },
  agentRules: false,
  // `npm test` and CI type-check the whole project on their own; a learner's first start should not wait for it.
  typescript: { ignoreBuildErrors: true },
  turbopack: { root: fileURLToPath(new URL('.', import.meta.url)) },
};
