import { join } from 'node:path';
import { build } from 'esbuild';

export const dynamic = 'force-static';

/** The script of the reading pages, bundled while the app is built (or, in development, when asked for). */
export async function GET(): Promise<Response> {
  const { outputFiles } = await build({
    entryPoints: [join(process.cwd(), 'components/enhance/main.ts')],
    bundle: true,
    minify: true,
    format: 'esm',
    target: ['chrome111', 'safari16.4', 'firefox111'],
    write: false,
  });
  return new Response(outputFiles[0]?.text, {
    headers: { 'content-type': 'text/javascript; charset=utf-8', 'cache-control': 'no-cache' },
  });
}
