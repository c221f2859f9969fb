import type { Client } from '../api/client';
import { ApiError } from '../api/errors';
import type { Clock } from '../clock/clock';
import type { Event, KubeObject } from '../schema/types';

export type EventType = 'Normal' | 'Warning';

/** After so many different messages for one reason, later ones are told as one (client-go EventAggregator). */
const SIMILAR_LIMIT = 10;
const SIMILAR_WINDOW_MS = 600_000;
/** Per object, source and type: a burst, then one in five minutes (client-go EventSourceObjectSpamFilter). */
const BURST = 25;
const REFILL_MS = 300_000;
/** Forgotten beyond this, the one that was used longest ago first (client-go lru of the correlator). */
const REMEMBERED = 4096;

interface Similar {
  messages: Set<string>;
  lastAt: number;
}

/** What has been told so far under one key (client-go eventLog). */
interface Told {
  namespace: string;
  name: string;
  firstTimestamp: string;
  count: number;
}

/** An event before it has a name. */
interface Occurrence {
  type: EventType;
  reason: string;
  message: string;
  fieldPath: string;
  /** Stands for several messages. */
  combined: boolean;
}

/**
 * Tells what happened to an object as Events, repeated ones as a count (client-go tools/record EventCorrelator): first similar ones
 * are put together, then each is counted, and only then is told no more of an object that has had too many. Never throws: an event
 * that cannot be stored (its namespace is going, say) is lost, as in Kubernetes.
 */
export class EventRecorder {
  private readonly told = new Map<string, Told>();
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
    const { kind, metadata } = object;
    const about = [kind, metadata.namespace, metadata.name, metadata.uid, type].join('/');
    const group = [about, reason].join('|');
    const combined = this.tooManyMessages(group, message);
    const text = combined ? `(combined from similar events): ${message}` : message;
    const key = combined ? group : [about, fieldPath, reason, message].join('|');
    const now = new Date(this.clock.now()).toISOString().replace(/\.\d+Z$/, 'Z');
    const told = this.count(key, object, now);
    if (!this.takeToken(about)) return;
    this.attempt(() => {
      const stored = told.count > 1 && this.client.get('events', told.namespace, told.name);
      if (stored)
        this.client.update('events', { ...stored, message: text, count: told.count, lastTimestamp: now });
      // One that was never told, or has been forgotten meanwhile, is told with all its count.
      else this.create(object, told, now, { type, reason, message: text, fieldPath, combined });
    });
  }

  /** Counts one more under its key, whether or not it will be told. */
  private count(key: string, object: KubeObject, now: string): Told {
    const known = this.told.get(key);
    const namespace = object.metadata.namespace || 'default';
    const name = known?.name ?? this.freeName(namespace, object.metadata.name ?? '');
    const told = known ?? { namespace, name, firstTimestamp: now, count: 0 };
    told.count += 1;
    remember(this.told, key, told);
    return told;
  }

  private create(object: KubeObject, told: Told, now: string, occurrence: Occurrence): void {
    const { namespace = '', name = '', uid, resourceVersion } = object.metadata;
    const { type, reason, message, fieldPath, combined } = occurrence;
    this.client.create('events', {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: told.name, namespace: told.namespace },
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
      reportingComponent: combined ? '' : this.component,
      reportingInstance: combined ? '' : (this.host ?? ''),
      firstTimestamp: told.firstTimestamp,
      lastTimestamp: now,
      eventTime: null,
      count: told.count,
    } as unknown as Event);
  }

  /** The object's name and the time in nanoseconds, of which another recorder may have taken one already. */
  private freeName(namespace: string, object: string): string {
    for (;;) {
      this.serial += 1;
      const stamp = BigInt(Math.trunc(this.clock.now())) * 1_000_000n + BigInt(this.serial % 1_000_000);
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
    remember(this.similar, group, similar);
    if (similar.messages.size < SIMILAR_LIMIT) return false;
    const [oldest = ''] = similar.messages;
    similar.messages.delete(oldest);
    return true;
  }

  private takeToken(about: string): boolean {
    const now = this.clock.now();
    const bucket = this.tokens.get(about) ?? { left: BURST, at: now };
    bucket.left = Math.min(BURST, bucket.left + (now - bucket.at) / REFILL_MS);
    bucket.at = now;
    remember(this.tokens, about, bucket);
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

/** Puts the value at the end of the map, and drops what is at its beginning when it has grown too long. */
function remember<V>(map: Map<string, V>, key: string, value: V): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= REMEMBERED) return;
  const oldest = map.keys().next().value;
  if (oldest !== undefined) map.delete(oldest);
}
