import type { IncomingMessage } from 'node:http';

/** What -w can tell about a transfer. */
export interface Outcome {
  url: string;
  answer?: IncomingMessage | undefined;
  bodyBytes: number;
  totalMs: number;
  /** Milliseconds from the start of the last connection. */
  lookupMs: number;
  connectMs: number;
  secureMs: number;
  /** Until the head of the answer was there. */
  answeredMs: number;
  redirects: number;
  remote?: { address: string; port: number };
  local?: { address: string; port: number };
  method: string;
  uploadBytes: number;
  exitCode: number;
  error: string;
}

/** Status line and headers, as -i, -I and -D show them. */
export function headText(answer: IncomingMessage): string {
  const lines = [`HTTP/${answer.httpVersion} ${answer.statusCode} ${answer.statusMessage}`];
  for (let index = 0; index < answer.rawHeaders.length; index += 2)
    lines.push(`${answer.rawHeaders[index]}: ${answer.rawHeaders[index + 1]}`);
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/** The text of -w. `unknown` is told of names that it does not know. */
export function writeOutText(format: string, outcome: Outcome, unknown: (name: string) => void): string {
  const { answer } = outcome;
  const seconds = (ms: number) => (ms / 1_000).toFixed(6);
  const status = String(answer?.statusCode ?? 0).padStart(3, '0');
  const values: Record<string, string> = {
    http_code: status,
    response_code: status,
    http_version: answer?.httpVersion ?? '0',
    size_download: String(outcome.bodyBytes),
    size_header: String(answer ? headText(answer).length : 0),
    num_redirects: String(outcome.redirects),
    num_connects: answer ? '1' : '0',
    time_total: seconds(outcome.totalMs),
    time_namelookup: seconds(outcome.lookupMs),
    time_connect: seconds(outcome.connectMs),
    time_appconnect: seconds(outcome.secureMs),
    time_pretransfer: seconds(Math.max(outcome.connectMs, outcome.secureMs)),
    time_starttransfer: seconds(outcome.answeredMs),
    time_redirect: seconds(0),
    speed_download: String(Math.round((outcome.bodyBytes * 1000) / Math.max(1, outcome.totalMs))),
    speed_upload: String(Math.round((outcome.uploadBytes * 1000) / Math.max(1, outcome.totalMs))),
    size_upload: String(outcome.uploadBytes),
    local_ip: outcome.local?.address ?? '',
    local_port: String(outcome.local?.port ?? 0),
    ssl_verify_result: '0',
    num_headers: String(answer ? answer.rawHeaders.length / 2 : 0),
    content_type: answer?.headers['content-type'] ?? '',
    redirect_url: answer?.headers.location ? new URL(answer.headers.location, outcome.url).href : '',
    url_effective: outcome.url,
    url: outcome.url,
    method: outcome.method,
    remote_ip: outcome.remote?.address ?? '',
    remote_port: String(outcome.remote?.port ?? 0),
    scheme: outcome.url.split(':', 1)[0] ?? 'http',
    exitcode: String(outcome.exitCode),
    errormsg: outcome.error,
  };
  const escapes: Record<string, string> = { n: '\n', t: '\t', r: '\r' };
  return format.replace(
    /%%|%header\{([^}]+)\}|%\{(\w+)\}|\\([ntr])/g,
    (whole, header: string | undefined, name: string | undefined, letter: string | undefined) => {
      if (header !== undefined) return String(answer?.headers[header.toLowerCase()] ?? '');
      if (letter !== undefined) return escapes[letter] ?? whole;
      if (name === undefined) return '%';
      if (!Object.hasOwn(values, name)) unknown(name);
      return values[name] ?? '';
    },
  );
}

/** The meter on standard error, which curl shows unless its output goes to a terminal. */
export const meterTitle =
  '  % Total    % Received % Xferd  Average Speed   Time    Time     Time  Current\n                                 Dload  Upload   Total   Spent    Left  Speed\n';

export function meterLine(bytes: number, ms: number): string {
  const speed = bytes === 0 ? 0 : Math.round((bytes * 1000) / Math.max(1, ms));
  const size = five(bytes);
  const share = bytes === 0 ? '  0' : '100';
  return `\r${share} ${size}  ${share} ${size}    0     0  ${five(speed)}      0 --:--:-- --:--:-- --:--:-- ${five(speed)}`;
}

/** curl's five places: bytes, then k and M. */
function five(bytes: number): string {
  if (bytes < 100_000) return String(bytes).padStart(5);
  if (bytes < 10_000 * 1024) return `${Math.floor(bytes / 1024)}k`.padStart(5);
  return `${Math.floor(bytes / 1024 / 1024)}M`.padStart(5);
}

/** The answer's head in the lines of -v. */
export function verboseHead(answer: IncomingMessage): string {
  return headText(answer)
    .split('\r\n')
    .slice(0, -1)
    .map((line) => `< ${line}\r\n`)
    .join('');
}
