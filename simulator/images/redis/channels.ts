import type { RedisClient } from './client';
import { globExpression } from './glob';
import { bulk } from './resp';

type Kind = 'channels' | 'patterns';

/** Who listens to which channel (PUBLISH, SUBSCRIBE, PSUBSCRIBE). */
export class Channels {
  private readonly table: Record<Kind, Map<string, Set<RedisClient>>> = {
    channels: new Map(),
    patterns: new Map(),
  };

  join(client: RedisClient, kind: Kind, name: string): void {
    client[kind].add(name);
    const listeners = this.table[kind].get(name) ?? new Set();
    listeners.add(client);
    this.table[kind].set(name, listeners);
  }

  leave(client: RedisClient, kind: Kind, name: string): void {
    client[kind].delete(name);
    const listeners = this.table[kind].get(name);
    listeners?.delete(client);
    if (listeners?.size === 0) this.table[kind].delete(name);
  }

  leaveAll(client: RedisClient): void {
    for (const kind of ['channels', 'patterns'] as const)
      for (const name of [...client[kind]]) this.leave(client, kind, name);
  }

  /** How many got it. */
  publish(channel: string, text: string): number {
    let count = 0;
    for (const client of this.table.channels.get(channel) ?? []) {
      client.send({ type: 'push', items: [bulk('message'), bulk(channel), bulk(text)] });
      void client.flush();
      count++;
    }
    for (const [pattern, listeners] of this.table.patterns) {
      if (!globExpression(pattern).test(channel)) continue;
      for (const client of listeners) {
        client.send({ type: 'push', items: [bulk('pmessage'), bulk(pattern), bulk(channel), bulk(text)] });
        void client.flush();
        count++;
      }
    }
    return count;
  }

  names(pattern = '*'): string[] {
    const expression = globExpression(pattern);
    return [...this.table.channels.keys()].filter((name) => expression.test(name));
  }

  listeners(channel: string): number {
    return this.table.channels.get(channel)?.size ?? 0;
  }

  patternCount(): number {
    return this.table.patterns.size;
  }
}
