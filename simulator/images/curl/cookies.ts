interface Cookie {
  domain: string;
  path: string;
  secure: boolean;
  name: string;
  value: string;
}

/** The cookies of one run of curl: what -b brought, and what servers set. */
export class Cookies {
  private readonly known: Cookie[] = [];

  constructor(private readonly literal: string | undefined) {}

  /** Lines of a jar in Netscape's format. */
  load(text: string): void {
    for (const line of text.split('\n')) {
      const [domain = '', , path = '', secure, , name = '', value = ''] = line
        .replace(/^#HttpOnly_/, '')
        .split('\t');
      if (!line.startsWith('# ') && name !== '')
        this.keep({ domain, path, secure: secure === 'TRUE', name, value });
    }
  }

  /** Takes in a Set-Cookie header. */
  set(header: string, url: URL): void {
    const [pair = '', ...attributes] = header.split(';').map((part) => part.trim());
    const split = pair.indexOf('=');
    const attribute = (name: string) =>
      attributes.find((each) => each.toLowerCase().startsWith(`${name}=`))?.slice(name.length + 1);
    this.keep({
      domain: attribute('domain')?.replace(/^\./, '') ?? url.hostname,
      path: attribute('path') ?? '/',
      secure: attributes.some((each) => each.toLowerCase() === 'secure'),
      name: pair.slice(0, split),
      value: pair.slice(split + 1),
    });
  }

  /** The Cookie header for a request. */
  header(url: URL): string | undefined {
    const own = this.known
      .filter(({ domain, path, secure }) => {
        const there = url.hostname === domain || url.hostname.endsWith(`.${domain}`);
        return there && url.pathname.startsWith(path) && (!secure || url.protocol === 'https:');
      })
      .map(({ name, value }) => `${name}=${value}`);
    const all = [...own, ...(this.literal === undefined ? [] : [this.literal])];
    return all.length > 0 ? all.join('; ') : undefined;
  }

  /** What -c writes. */
  jar(): string {
    const rows = this.known.map(
      ({ domain, path, secure, name, value }) =>
        `${domain}\tFALSE\t${path}\t${secure ? 'TRUE' : 'FALSE'}\t0\t${name}\t${value}\n`,
    );
    return `# Netscape HTTP Cookie File\n# This file was written by libcurl.\n\n${rows.join('')}`;
  }

  private keep(cookie: Cookie): void {
    const at = this.known.findIndex(
      ({ domain, path, name }) => domain === cookie.domain && path === cookie.path && name === cookie.name,
    );
    if (at < 0) this.known.push(cookie);
    else this.known[at] = cookie;
  }
}
