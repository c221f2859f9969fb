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
  agentRules: false,
  // `npm test` and CI type-check the whole project on their own; a learner's first start should not wait for it.
  typescript: { ignoreBuildErrors: true },
  turbopack: { root: fileURLToPath(new URL('.', import.meta.url)) },
  async headers() {
    const policy = [
      "default-src 'self'",
      // Next's own bootstrap and the theme script are inline.
      `script-src 'self' 'unsafe-inline'${process.env.NODE_ENV === 'development' ? " 'unsafe-eval'" : ''}`,
      "style-src 'self' 'unsafe-inline'",
      "img-src 'self' data: blob:",
      "font-src 'self' data:",
      "connect-src 'self' ws: wss:",
      "frame-ancestors 'none'",
      "base-uri 'self'",
      "form-action 'self'",
      "object-src 'none'",
    ].join('; ');
    return [
      {
        source: '/:path*',
        headers: [
          { key: 'Content-Security-Policy', value: policy },
          { key: 'X-Content-Type-Options', value: 'nosniff' },
          { key: 'Referrer-Policy', value: 'same-origin' },
          { key: 'Permissions-Policy', value: 'camera=(), microphone=(), geolocation=()' },
        ],
      },
    ];
  },
};
