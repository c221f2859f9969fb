import type { Client } from '../api/client';
import { ApiError } from '../api/errors';
import type { Clock } from '../clock/clock';
import type { Event, KubeObject } from '../schema/types';

export type EventType = 'Normal' | 'Warning';

/** After so many different messages for one reason, later ones are told as one (client-go EventAggregator). */
const SIMILAR_LIMIT = 10;
const SIMILAR_WINDOW_MS = 600_000;
/** Per object and source: a burst, then one in five minutes (client-go EventSourceObjectSpamFilter). */
const BURST = 25;
const REFILL_MS = 300_000;
/** Forgotten beyond this, oldest first (client-go lru of the correlator). */
const REMEMBERED = 4096;

interface Similar {
  messages: Set<string>;
  lastAt: number;
}

/**
 * Tells what happened to an object as Events, repeated ones as a count (client-go tools/record EventCorrelator). Never
 * throws: an event that cannot be stored (its namespace is going, say) is lost, as in Kubernetes.
 */
export class EventRecorder {
  private readonly known = new Map<string, { namespace: string; name: string; count: number }>();
  private readonly similar = new Map<string, Similar>();
  private readonly tokens = new Map<string, { left: number; at: number }>();
  private serial = 0;

  constructor(
    private readonly client: Client,
    private readonly clock: Clock,
    private readonly component: string,
    private readonly host?: string,
  ) {}

  /** `fieldPath` names a part of the object, as `spec.containers{app}`. */
  record(object: KubeObject, type: EventType, reason: string, message: string, fieldPath = ''): void {
    const about = [object.kind, object.metadata.namespace, object.metadata.name, object.metadata.uid].join(
      '/',
    );
    if (!this.takeToken(about)) return;
    const group = [about, fieldPath, type, reason].join('|');
    const many = this.tooManyMessages(group, message);
    const text = many ? `(combined from similar events): ${message}` : message;
    const key = many ? group : `${group}|${message}`;
    const now = new Date(this.clock.now()).toISOString().replace(/\.\d+Z$/, 'Z');
    if (!this.repeat(key, text, now)) this.create(key, object, type, reason, text, fieldPath, now);
  }

  private repeat(key: string, message: string, now: string): boolean {
    const known = this.known.get(key);
    const stored = known && this.client.get('events', known.namespace, known.name);
    if (!known || !stored) return false;
    known.count += 1;
    this.attempt(() =>
      this.client.update('events', { ...stored, message, count: known.count, lastTimestamp: now }),
    );
    return true;
  }

  private create(
    key: string,
    object: KubeObject,
    type: EventType,
    reason: string,
    message: string,
    fieldPath: string,
    now: string,
  ): void {
    const { namespace = '', name = '', uid, resourceVersion } = object.metadata;
    const event = {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: this.freeName(namespace || 'default', name), namespace: namespace || 'default' },
      involvedObject: {
        apiVersion: object.apiVersion,
        kind: object.kind,
        name,
        ...(namespace ? { namespace } : {}),
        uid,
        resourceVersion,
        ...(fieldPath ? { fieldPath } : {}),
      },
      type,
      reason,
      message,
      source: { component: this.component, ...(this.host ? { host: this.host } : {}) },
      reportingComponent: this.component,
      reportingInstance: this.host ?? '',
      firstTimestamp: now,
      lastTimestamp: now,
      eventTime: null,
      count: 1,
    } as unknown as Event;
    this.attempt(() => {
      this.client.create('events', event);
      this.known.set(key, {
        namespace: namespace || 'default',
        name: event.metadata.name ?? '',
        count: 1,
      });
      trim(this.known);
    });
  }

  /** The object's name and the time in nanoseconds, of which another recorder may have taken one already. */
  private freeName(namespace: string, object: string): string {
    for (;;) {
      this.serial += 1;
      const stamp = BigInt(this.clock.now()) * 1_000_000n + BigInt(this.serial % 1_000_000);
      const name = `${object}.${stamp.toString(16)}`;
      if (!this.client.get('events', namespace, name)) return name;
    }
  }

  private tooManyMessages(group: string, message: string): boolean {
    const now = this.clock.now();
    let similar = this.similar.get(group);
    if (!similar || now - similar.lastAt > SIMILAR_WINDOW_MS) similar = { messages: new Set(), lastAt: now };
    similar.lastAt = now;
    similar.messages.add(message);
    this.similar.set(group, similar);
    trim(this.similar);
    return similar.messages.size >= SIMILAR_LIMIT;
  }

  private takeToken(about: string): boolean {
    const now = this.clock.now();
    const bucket = this.tokens.get(about) ?? { left: BURST, at: now };
    bucket.left = Math.min(BURST, bucket.left + (now - bucket.at) / REFILL_MS);
    bucket.at = now;
    this.tokens.set(about, bucket);
    trim(this.tokens);
    if (bucket.left < 1) return false;
    bucket.left -= 1;
    return true;
  }

  private attempt(write: () => void): void {
    try {
      write();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
    }
  }
}

function trim(map: Map<string, unknown>): void {
  if (map.size <= REMEMBERED) return;
  const oldest = map.keys().next().value;
  if (oldest !== undefined) map.delete(oldest);
}
