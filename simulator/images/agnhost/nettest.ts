import type { Process } from '../../runtime/process';
import { bodyOf, serveHttp, untilTerminated } from '../http/serve';
import type { Flags } from './flags';
import { goJson } from './go-json';

/**
 * `agnhost nettest`: counts who wrote to it (/write) and tells it (/read). It does not look for other ones of its kind: /status,
 * which tells how far that has come, is refused.
 */
export function nettest(process: Process, flags: Flags): Promise<number> {
  const { hostname } = process.system;
  const received = new Map<string, number>();
  const errors: string[] = [];
  serveHttp(process, flags.number('port', 8080), async ({ message, response, url }) => {
    const say = (status: number, text: string) => {
      response.statusCode = status;
      response.end(text);
    };
    if (url.pathname === '/read') {
      const state = {
        Errors: errors.length > 0 ? errors : null,
        Hostname: hostname,
        Log: null,
        Received: Object.fromEntries(received),
        Sent: {},
        StillContactingPeers: false,
      };
      say(200, `${goJson(state)}\n`);
    } else if (url.pathname === '/write') {
      const body = await bodyOf(message);
      const source = sourceOf(body);
      if (source === undefined) errors.push(`Warning: unable to decode body ${JSON.stringify(body)}`);
      else received.set(source, (received.get(source) ?? 0) + 1);
      say(200, `${goJson({ Hostname: hostname })}\n`);
    } else if (url.pathname === '/quit') process.end({ code: 0 });
    else if (url.pathname === '/status')
      say(
        501,
        'The embedded cluster does not simulate the peers of agnhost nettest; use a kind cluster for that.\n',
      );
    else say(404, '404 page not found\n');
  });
  return untilTerminated(process, () => 0);
}

function sourceOf(body: string): string | undefined {
  try {
    const { Source, source = Source } = JSON.parse(body) as { Source?: unknown; source?: unknown };
    return typeof source === 'string' ? source : '';
  } catch {
    return undefined;
  }
}
