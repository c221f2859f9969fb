import type { IncomingMessage, ServerResponse } from 'node:http';
import type { LocationBlock, NginxConfig, ServerBlock } from './config';

/** One request on its way through the configuration. */
export interface NginxRequest {
  message: IncomingMessage;
  response: ServerResponse;
  config: NginxConfig;
  server: ServerBlock;
  location?: LocationBlock;
  /** Decoded path, as rewrites leave it. */
  uri: string;
  args: string;
  /** The path as the client sent it, and that decoded: a rewrite has changed `uri` when it differs. */
  asked: string;
  requested: string;
  variables: Map<string, string>;
  /** Groups of the last regular expression that matched. */
  captures: string[];
  client: { address: string; port: number };
  local: { address: string; port: number };
  /** Number of the connection, for logs. */
  connection: number;
  startedAt: number;
  now: number;
  hostname: string;
  pid: number;
  /** The status that an error page is sent with. */
  errorStatus?: number | undefined;
  /** The body is sent packed by gzip. */
  packed?: boolean;
  /** Who has shown a password (auth_basic). */
  user?: string | undefined;
  /** It came over TLS. */
  secure: boolean;
  tls?: { protocol: string; cipher: string; serverName: string };
  /** 32 hexadecimal digits. */
  id: string;
  /** What proxy_pass names. */
  proxyHost?: string;
  /** Bytes of the body that were sent. */
  bodyBytes: number;
  upstream?: { address: string; status: string };
  /** Times the URI was rewritten: more than ten is a loop. */
  redirects: number;
}
