import { Transform } from 'node:stream';

/** How a page is looked at through the API server. */
export interface Way {
  /** What comes before its own paths: `/api/v1/namespaces/default/pods/web/proxy`. */
  prefix: string;
  /** `address:port` of the Pod. */
  target: string;
  /** The Host header of the one who looks. */
  asked: string;
}

/** A link of a page, or where it redirects to, that stays within the proxy (apimachinery util/proxy, rewriteURL). */
export function throughProxy(link: string, { prefix, target, asked }: Way): string {
  const [, origin = '', host = '', path = ''] =
    /^((?:[a-z][a-z\d+.-]*:)?\/\/([^/?#]*))?(.*)$/is.exec(link) ?? [];
  if ((host !== '' && host !== target && host !== asked) || !path.startsWith('/')) return link;
  return `${host === asked ? origin : ''}${path.startsWith(prefix) ? '' : prefix}${path}`;
}

/** Attributes that hold a link, by element (atomsToAttrs). */
const LINKS: Readonly<Record<string, readonly string[]>> = {
  a: ['href'],
  applet: ['codebase'],
  area: ['href'],
  audio: ['src'],
  base: ['href'],
  blockquote: ['cite'],
  body: ['background'],
  button: ['formaction'],
  command: ['icon'],
  del: ['cite'],
  embed: ['src'],
  form: ['action'],
  frame: ['longdesc', 'src'],
  head: ['profile'],
  html: ['manifest'],
  iframe: ['longdesc', 'src'],
  img: ['longdesc', 'src', 'usemap'],
  input: ['src', 'usemap', 'formaction'],
  ins: ['cite'],
  link: ['href'],
  object: ['classid', 'codebase', 'data', 'usemap'],
  q: ['cite'],
  script: ['src'],
  source: ['src'],
  video: ['poster', 'src'],
};

/** From a tag or comment that is longer than this on, a page is passed on as it is. */
const LONGEST_TAG = 65_536;

/** Passes HTML on with its links led through the proxy; bytes that are no tag stay as they are. */
export function rewriteLinks(way: Way): Transform {
  let rest = '';
  /** The element whose content is text to its end, tags or not. */
  let verbatim = '';
  let givenUp = false;
  const pass = (text: string): string => {
    let done = '';
    let at = 0;
    rest = '';
    for (;;) {
      const start = givenUp ? -1 : tagStart(text, verbatim, at);
      if (start < 0) {
        // The beginning of a tag may be the end of what has come so far.
        rest = givenUp ? '' : text.slice(Math.max(at, text.length - verbatim.length - 2));
        return done + text.slice(at, text.length - rest.length);
      }
      const end = tagEnd(text, start);
      if (end < 0) {
        givenUp = text.length - start > LONGEST_TAG;
        rest = givenUp ? '' : text.slice(start);
        return done + text.slice(at, text.length - rest.length);
      }
      const tag = text.slice(start, end);
      const name = /^<([a-z][a-z\d]*)/i.exec(tag)?.[1]?.toLowerCase() ?? '';
      verbatim = name === 'script' || name === 'style' ? name : '';
      done += text.slice(at, start) + withLinks(tag, name, way);
      at = start + tag.length;
    }
  };
  return new Transform({
    transform: (chunk: Buffer, _encoding, taken) =>
      taken(null, Buffer.from(pass(rest + chunk.toString('latin1')), 'latin1')),
    flush: (taken) => taken(null, Buffer.from(rest, 'latin1')),
  });
}

/** Of any tag or comment; of the end of `verbatim` when that is an element. */
function tagStart(text: string, verbatim: string, from: number): number {
  const pattern = verbatim ? new RegExp(`</${verbatim}`, 'gi') : /<[a-z/!?]/gi;
  pattern.lastIndex = from;
  return pattern.exec(text)?.index ?? -1;
}

/** Behind the `>` of the tag or comment that begins at `start`; -1 when that is still to come. */
function tagEnd(text: string, start: number): number {
  if (text.startsWith('<!--', start)) {
    const end = text.indexOf('-->', start);
    return end < 0 ? -1 : end + 3;
  }
  let quote = '';
  for (let at = start + 1; at < text.length; at++) {
    const char = text[at];
    if (quote) {
      if (char === quote) quote = '';
    } else if (char === '>') return at + 1;
    else if ((char === '"' || char === "'") && text[at - 1] === '=') quote = char;
  }
  return -1;
}

function withLinks(tag: string, name: string, way: Way): string {
  const attributes = Object.hasOwn(LINKS, name) ? LINKS[name] : undefined;
  if (!attributes) return tag;
  const pattern = new RegExp(`(\\s(?:${attributes.join('|')})=)("[^"]*"|'[^']*'|[^\\s"'>]+)`, 'gi');
  return tag.replace(pattern, (_all, before: string, value: string) => {
    const quote = /^["']/.exec(value)?.[0] ?? '';
    const link = quote ? value.slice(1, -1) : value;
    return `${before}${quote}${throughProxy(link, way)}${quote}`;
  });
}
