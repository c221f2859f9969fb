import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { isLoopback } from '../core/config/load-config';
import { PodlabError } from '../core/errors';

export interface Guard {
  /** Throws PodlabError `foreign-host` (421) unless the Host header names this server. */
  checkHost(headers: IncomingHttpHeaders): void;
  /** For requests that change something. Throws `foreign-origin` (403), `body-unbounded` (411), `body-too-large` (413). */
  checkWrite(headers: IncomingHttpHeaders): void;
  /** For WebSockets, which browsers let any page open. Throws `foreign-origin` (403). */
  checkUpgrade(headers: IncomingHttpHeaders): void;
}

/** More than any form or answer needs; a lab's files never come this way. */
const largestBody = 1024 * 1024;

/**
 * A page elsewhere must neither read this server through a DNS name that it has pointed here (so Host is checked), nor
 * make a learner's browser change anything (so Origin is).
 */
export function createGuard(config: {
  host: string;
  loopback: boolean;
  publicUrl: string | undefined;
}): Guard {
  const publicHost = config.publicUrl && new URL(config.publicUrl).host;
  const names = new Set([
    'localhost',
    config.host.toLowerCase(),
    ...(config.loopback ? [] : [hostname().toLowerCase()]),
  ]);

  function isOurs(host: string): boolean {
    if (host === publicHost) return true;
    const name = hostnameOf(host);
    if (!name) return false;
    // An address cannot be pointed elsewhere, as a name can.
    return names.has(name) || (config.loopback ? isLoopback(name) : isIP(name) !== 0);
  }

  function checkOrigin({ origin, host }: IncomingHttpHeaders): void {
    const from = origin && URL.canParse(origin) ? new URL(origin).host : undefined;
    if (from !== undefined && (from === host || from === publicHost)) return;
    throw new PodlabError(
      'foreign-origin',
      `This request came from another site${origin ? ` (${origin.slice(0, 100)})` : ''}.`,
      'Open Podlab under the address at which it is served.',
      403,
    );
  }

  return {
    checkHost({ host }) {
      if (host !== undefined && isOurs(host.toLowerCase())) return;
      throw new PodlabError(
        'foreign-host',
        `This server is not called “${String(host).slice(0, 100)}”.`,
        'Open Podlab under the address that it printed at start, or set PODLAB_PUBLIC_URL to this one.',
        421,
      );
    },
    checkWrite(headers) {
      const site = headers['sec-fetch-site'];
      if (headers.origin !== undefined) checkOrigin(headers);
      else if (site !== undefined && site !== 'same-origin' && site !== 'none') checkOrigin(headers);
      const length = headers['content-length'];
      if (headers['transfer-encoding'] !== undefined)
        throw new PodlabError(
          'body-unbounded',
          'The request does not say how long it is.',
          'Send a Content-Length.',
          411,
        );
      if (length !== undefined && Number(length) > largestBody)
        throw new PodlabError(
          'body-too-large',
          `A request may be ${largestBody} bytes long.`,
          'Send less.',
          413,
        );
    },
    checkUpgrade: checkOrigin,
  };
}

/** The name in a Host header (RFC 9110, 7.2), an IPv6 address without its brackets; undefined when malformed. */
function hostnameOf(host: string): string | undefined {
  const match = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::\d{1,5})?$/.exec(host);
  return match?.[1] ?? match?.[2];
}
