import type { Entry, Keyspace } from './keyspace';
import { CommandError } from './resp';
import type { RedisServer } from './server';

/** Keeps to `maxmemory` before a command that needs more: evicts by the policy, or throws the OOM refusal. */
export function makeRoom(server: RedisServer): void {
  const limit = server.settings.number('maxmemory');
  if (limit === 0 || server.usedMemory() <= limit || server.usedMemory(true) <= limit) return;
  const policy = server.settings.get('maxmemory-policy');
  for (
    let used = server.usedMemory(true);
    used > limit && evictOne(server, policy);
    used = server.usedMemory(true)
  );
  if (server.usedMemory(true) > limit)
    throw new CommandError("OOM command not allowed when used memory > 'maxmemory'.");
}

function evictOne(server: RedisServer, policy: string): boolean {
  if (policy === 'noeviction') return false;
  let victim: { db: Keyspace; key: string; rank: number } | undefined;
  for (const db of server.databases) {
    for (const [key, entry] of db.stored()) {
      if (policy.startsWith('volatile') && entry.expiresAtMs === undefined) continue;
      const rank = rankOf(entry, policy);
      if (!victim || rank < victim.rank) victim = { db, key, rank };
    }
  }
  if (!victim) return false;
  server.evict(victim.db, victim.key);
  return true;
}

/** The lowest goes first. Frequency of use is not counted: LFU takes the least recently used, too. */
function rankOf(entry: Entry, policy: string): number {
  if (policy.endsWith('random')) return Math.random();
  return policy.endsWith('ttl') ? (entry.expiresAtMs ?? 0) : entry.usedAtMs;
}
