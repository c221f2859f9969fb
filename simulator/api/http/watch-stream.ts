import type { ServerResponse } from 'node:http';
import type { Clock, Timer } from '../../clock/clock';
import type { KubeObject } from '../../schema/types';
import type { StoreEvent } from '../../store/store';
import { ApiError } from '../errors';
import { selected } from '../in-process-client';
import { statusBody } from '../refusals';
import type { ObjectJson } from './object-json';
import type { Representation } from './representation';

/** Unsent bytes after which a watcher is given up: it can list and watch again (bounded watch cache channels). */
const MAX_UNSENT_BYTES = 8 * 1024 * 1024;

/** How often a watcher that allows them gets a bookmark: about a minute in Kubernetes. */
const BOOKMARK_INTERVAL_MS = 60_000;

const lineEnd = Buffer.from('}\n');

/** How a watch shows its objects, and which. */
export interface WatchView {
  representation: Representation;
  json: ObjectJson;
  matches: (object: KubeObject) => boolean;
  /** Told of a fault of ours, which ends the watch. */
  onError: (error: unknown) => void;
}

/** A watch on the wire: one JSON event a line. Ends when its time is up, the client leaves, or does not read. */
export class WatchStream {
  private first = true;
  private ended = false;
  /** What may be unsent beside `MAX_UNSENT_BYTES`: a list that it began with. */
  private allowance = 0;
  private readonly onEnd: (() => void)[] = [];

  constructor(
    private readonly response: ServerResponse,
    private readonly view: WatchView,
  ) {
    response.writeHead(200, {
      'content-type': 'application/json',
      'transfer-encoding': 'chunked',
      'cache-control': 'no-cache, private',
    });
    response.flushHeaders();
    response.on('close', () => this.end());
    response.on('error', () => this.end());
  }

  /** Calls `run` when the stream ends, at once when it has. */
  whenEnded(run: () => void): void {
    if (this.ended) run();
    else this.onEnd.push(run);
  }

  /** What is there when it begins, however much: a client that would be cut off for that could never begin. */
  added(objects: readonly KubeObject[]): void {
    const parts = objects.flatMap((object) => this.line('ADDED', object));
    this.allowance = parts.reduce((total, part) => total + part.length, 0);
    this.send(parts);
  }

  /** Never throws: the store calls it, which serves others too. */
  changes(events: readonly StoreEvent[]): void {
    try {
      const parts: Buffer[] = [];
      for (const event of events) {
        const seen = selected(event, this.view.matches);
        if (seen) parts.push(...this.line(seen.type, seen.object));
      }
      this.send(parts);
    } catch (error) {
      this.view.onError(error);
      const text = error instanceof Error ? error.message : String(error);
      this.refuse(new ApiError(500, 'InternalError', `Internal error occurred: ${text}`));
    }
  }

  /** Tells how far the watch has come; `initial` says that everything that was there has been sent. */
  bookmark(kind: string, apiVersion: string, resourceVersion: number, initial = false): void {
    const object = {
      kind,
      apiVersion,
      metadata: {
        resourceVersion: String(resourceVersion),
        ...(initial ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {}),
      },
    } as unknown as KubeObject;
    const { representation } = this.view;
    const shown = representation.isPlain ? object : representation.event(object, this.first);
    this.first = false;
    this.send([Buffer.from(`${JSON.stringify({ type: 'BOOKMARK', object: shown })}\n`)]);
  }

  refuse(error: ApiError): void {
    this.send([Buffer.from(`${JSON.stringify({ type: 'ERROR', object: statusBody(error) })}\n`)]);
    this.end();
  }

  /** Sends bookmarks as time passes, and ends after `timeoutMs`. */
  keep(clock: Clock, timeoutMs: number, bookmark: (() => void) | undefined): void {
    const timeout = clock.after(timeoutMs, () => this.end());
    this.whenEnded(() => timeout.cancel());
    if (!bookmark) return;
    let timer: Timer;
    const again = (): void => {
      timer = clock.after(BOOKMARK_INTERVAL_MS, () => {
        bookmark();
        if (!this.ended) again();
      });
    };
    again();
    this.whenEnded(() => timer.cancel());
  }

  end(): void {
    if (this.ended) return;
    this.ended = true;
    for (const run of this.onEnd.splice(0)) run();
    this.response.end();
  }

  private line(type: string, object: KubeObject): Buffer[] {
    const shown = this.view.representation.eventBytes(object, this.first, this.view.json);
    this.first = false;
    return [Buffer.from(`{"type":"${type}","object":`), ...shown, lineEnd];
  }

  private send(parts: readonly Buffer[]): void {
    if (this.ended || parts.length === 0) return;
    this.response.write(Buffer.concat(parts));
    if (this.response.writableLength > MAX_UNSENT_BYTES + this.allowance) {
      this.response.destroy();
      this.end();
    }
  }
}
