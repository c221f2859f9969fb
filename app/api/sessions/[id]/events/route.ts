import { aliveEvent, aliveEveryMs, wireNames } from '../../../../../components/workbench/event-wire';
import type { SessionEvent } from '../../../../../core/sessions/lab-session';
import { answer, type Params } from '../../../answer';

export const dynamic = 'force-dynamic';

/** Events that may wait for a reader; each is some kilobytes. */
const unreadLimit = 500;

/**
 * Server-sent events of one session, the present view first, under their wire names. `alive` comes all the while: a
 * page takes a long silence for a lost connection.
 */
export function GET(request: Request, { params }: Params<'id'>): Promise<Response> {
  return answer(request, async ({ services, learner }) => {
    const learnerId = (await learner()).id;
    const { id } = await params;
    // Checked before the stream begins, so that a stale session is an ordinary 404.
    await services.sessions.get(learnerId, id);

    let end = () => {};
    const stream = new ReadableStream<Uint8Array>({
      async start(controller) {
        const encoder = new TextEncoder();
        let ended = false;
        const send = (text: string) => {
          if (ended) return;
          // A page that does not read begins anew with the present view when it does.
          if ((controller.desiredSize ?? 0) < -unreadLimit) end();
          else controller.enqueue(encoder.encode(text));
        };
        let unsubscribe = () => {};
        const timer = setInterval(() => send(`event: ${aliveEvent}\ndata: {}\n\n`), aliveEveryMs);
        end = () => {
          if (ended) return;
          ended = true;
          clearInterval(timer);
          unsubscribe();
          request.signal.removeEventListener('abort', end);
          try {
            controller.close();
          } catch {
            // The reader cancelled first.
          }
        };
        request.signal.addEventListener('abort', end);
        send('retry: 2000\n\n');
        try {
          unsubscribe = await services.sessions.subscribe(learnerId, id, (event) => {
            send(eventText(event));
            if (event.name === 'session' && event.data.state.kind === 'ended') setTimeout(end, 50);
          });
        } catch {
          // It has ended since: the page asks anew, and is told.
          end();
        }
        if (ended || request.signal.aborted) {
          unsubscribe();
          end();
        }
      },
      cancel() {
        end();
      },
    });
    return new Response(stream, {
      headers: {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-cache, no-transform',
        'x-accel-buffering': 'no',
      },
    });
  });
}

function eventText({ name, data }: SessionEvent): string {
  return `event: ${wireNames[name]}\ndata: ${JSON.stringify(data)}\n\n`;
}
