import { BytePipe } from './byte-pipe';
import type { ByteSource, LogEntry } from './container-runtime';

/** An attached client that lags behind by more than this is cut off: the container does not wait for it. */
const mostUnread = 4 * 1024 * 1024;

interface Subscriber {
  stdout: BytePipe;
  stderr: BytePipe;
}

/** The clients that look at a container's main process, beside its log. */
export class Attachments {
  private readonly subscribers = new Set<Subscriber>();
  private over = false;

  /** Everything written from now on, until the container ends or `stop` is called. */
  add(): { stdout: ByteSource; stderr: ByteSource; stop: () => void } {
    const gone = () => new Error('the attached client has gone');
    const subscriber = { stdout: new BytePipe(gone, mostUnread), stderr: new BytePipe(gone, mostUnread) };
    if (this.over) end(subscriber);
    else this.subscribers.add(subscriber);
    return {
      stdout: subscriber.stdout.source,
      stderr: subscriber.stderr.source,
      stop: () => {
        this.subscribers.delete(subscriber);
        subscriber.stdout.cancel();
        subscriber.stderr.cancel();
      },
    };
  }

  write(stream: LogEntry['stream'], chunk: Uint8Array): void {
    for (const subscriber of this.subscribers) {
      const pipe = subscriber[stream];
      if (pipe.size + chunk.length > mostUnread) {
        this.subscribers.delete(subscriber);
        end(subscriber);
      } else void pipe.write(chunk).catch(() => this.subscribers.delete(subscriber));
    }
  }

  end(): void {
    this.over = true;
    for (const subscriber of this.subscribers) end(subscriber);
    this.subscribers.clear();
  }
}

function end({ stdout, stderr }: Subscriber): void {
  stdout.end();
  stderr.end();
}
