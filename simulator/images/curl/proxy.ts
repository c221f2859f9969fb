import type { Process } from '../../runtime/process';
import { CurlFailure } from './failure';
import type { CurlOptions } from './options';

/** The proxy for a URL: of -x, else of $http_proxy, but for the hosts of $no_proxy. Throws CurlFailure for what is not simulated. */
export function proxyFor(
  { env }: Process,
  { proxy }: CurlOptions,
  { protocol, hostname }: URL,
): { host: string; port: number } | undefined {
  const from = (name: string) => env.get(name) ?? env.get(name.toUpperCase());
  const own = protocol === 'https:' ? from('https_proxy') : env.get('http_proxy');
  const named = proxy ?? own ?? from('all_proxy') ?? '';
  const exceptions = proxy === undefined ? (from('no_proxy') ?? '').split(/[\s,]+/) : [];
  const direct = exceptions.some(
    (each) => each === '*' || (each !== '' && `.${hostname}`.endsWith(`.${each.replace(/^\./, '')}`)),
  );
  if (named === '' || direct) return undefined;
  const text = named.includes('://') ? named : `http://${named}`;
  if (!URL.canParse(text)) throw new CurlFailure(5, `Unsupported proxy syntax in '${named}'`);
  const url = new URL(text);
  if (protocol !== 'http:' || url.protocol !== 'http:' || url.username !== '')
    throw new CurlFailure(
      5,
      'The embedded cluster simulates proxies of curl for HTTP alone, without users; use a kind cluster for others.',
    );
  const [, port = '1080'] = /^[^/]*\/\/[^/]*:(\d+)/.exec(text) ?? [];
  return { host: url.hostname, port: Number(port) };
}
