import type { RedisServer } from './server';

/** The text of INFO: all sections, or the named ones. */
export function infoText(server: RedisServer, wanted: readonly string[]): string {
  const names = wanted.map((name) => name.toLowerCase());
  const all = names.length === 0 || names.some((name) => /^(all|default|everything)$/.test(name));
  return Object.entries(sections)
    .filter(([title]) => all || names.includes(title.toLowerCase()))
    .map(([title, lines]) => {
      const body = Object.entries(lines(server)).map(([name, value]) => `${name}:${value}\r\n`);
      return `# ${title}\r\n${body.join('')}`;
    })
    .join('\r\n');
}

type Lines = Record<string, string | number>;

const sections: Record<string, (server: RedisServer) => Lines> = {
  Server: (server) => {
    const { machine } = server.process.system;
    const uptime = Math.floor((server.now() - server.startedAtMs) / 1_000);
    return {
      redis_version: server.release,
      redis_git_sha1: '00000000',
      redis_git_dirty: 0,
      redis_mode: 'standalone',
      os: `Linux ${machine.kernelRelease} ${machine.architecture}`,
      arch_bits: 64,
      process_id: server.process.pid,
      tcp_port: server.settings.get('port'),
      server_time_usec: server.now() * 1_000,
      uptime_in_seconds: uptime,
      uptime_in_days: Math.floor(uptime / 86_400),
      hz: 10,
      executable: server.process.executable,
      config_file: server.settings.file,
    };
  },
  Clients: (server) => ({
    connected_clients: server.clients.size,
    maxclients: server.settings.get('maxclients'),
    blocked_clients: server.blocked,
    pubsub_clients: [...server.clients].filter((client) => client.subscriptions > 0).length,
  }),
  Memory: (server) => {
    const used = server.usedMemory(true);
    const limit = server.settings.number('maxmemory');
    return {
      used_memory: used,
      used_memory_human: human(used),
      total_system_memory: server.process.system.machine.memoryBytes,
      total_system_memory_human: human(server.process.system.machine.memoryBytes),
      maxmemory: limit,
      maxmemory_human: human(limit),
      maxmemory_policy: server.settings.get('maxmemory-policy'),
    };
  },
  Persistence: (server) => ({
    loading: 0,
    rdb_changes_since_last_save: server.dirty,
    rdb_bgsave_in_progress: 0,
    rdb_last_save_time: Math.floor((server.persistence?.lastSaveMs ?? 0) / 1_000),
    rdb_last_bgsave_status: server.lastSaveFailed ? 'err' : 'ok',
    aof_enabled: server.settings.get('appendonly') === 'yes' ? 1 : 0,
    aof_rewrite_in_progress: 0,
  }),
  Stats: (server) => ({
    total_connections_received: server.counts.connections,
    total_commands_processed: server.counts.commands,
    expired_keys: server.counts.expired,
    evicted_keys: server.counts.evicted,
    pubsub_channels: server.channels.names().length,
    pubsub_patterns: server.channels.patternCount(),
  }),
  Replication: () => ({
    role: 'master',
    connected_slaves: 0,
    master_repl_offset: 0,
  }),
  CPU: (server) => ({
    used_cpu_sys: (server.process.cpuMs / 2_000).toFixed(6),
    used_cpu_user: (server.process.cpuMs / 2_000).toFixed(6),
  }),
  Cluster: () => ({ cluster_enabled: 0 }),
  Keyspace: (server) => {
    const lines: Lines = {};
    for (const [number, db] of server.databases.entries()) {
      const keys = db.keys().length;
      if (keys === 0) continue;
      const timed = [...db.stored()].filter(([, { expiresAtMs }]) => expiresAtMs !== undefined).length;
      lines[`db${number}`] = `keys=${keys},expires=${timed},avg_ttl=0`;
    }
    return lines;
  },
};

/** `1.05M` */
function human(bytes: number): string {
  const units = ['B', 'K', 'M', 'G', 'T'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return unit === 0 ? `${bytes}B` : `${value.toFixed(2)}${units[unit]}`;
}
