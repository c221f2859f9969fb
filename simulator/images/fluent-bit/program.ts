import { toBytes, toText } from '../../files/byte-string';
import { NetworkError } from '../../network/namespace';
import type { Process, SignalName } from '../../runtime/process';
import { inBackground, serveHttp } from '../http/serve';
import { parseArguments } from './arguments';
import { ConfigurationError, loadSections, type Section } from './config';
import { type Filter, filterPlugins } from './filters';
import { pause } from './input-host';
import { inputPlugins } from './inputs';
import { outputPlugins } from './outputs';
import { buildParsers, type Parser } from './parsers';
import { isKnownProperty, type Plugin, property, yes } from './plugin';
import { bytesOf, type LogRecord, tagMatcher } from './record';

/** Records that may wait for a flush; inputs lose what comes beyond, as with mem_buf_limit. */
const mostWaiting = 50_000;
const mostWaitingBytes = 16 * 1024 * 1024;

/** fluent-bit: reads its configuration, and carries records from inputs through filters to outputs. */
export async function fluentBit(process: Process, release: string): Promise<number> {
  const engine = new Engine(process, release);
  try {
    const given = parseArguments(process.argv.slice(1).map(toText));
    if ('text' in given) {
      await process.write(given.code === 0 ? 1 : 2, toBytes(given.text.replace('VERSION', release)));
      return given.code;
    }
    if (!given.quiet) await process.write(2, banner(release));
    const fromFile =
      given.config === undefined ? [] : loadSections(process.files, toBytes(given.config), process.env);
    const sections = [...fromFile, ...given.sections];
    const service = new Map(
      sections.filter(({ kind }) => kind === 'service').flatMap(({ properties }) => properties),
    );
    const parserFiles = [
      ...sections
        .filter(({ kind }) => kind === 'service')
        .flatMap(({ properties }) =>
          properties.filter(([name]) => name === 'parsers_file').map(([, value]) => value),
        ),
      ...given.parserFiles,
    ];
    const folder = (given.config ?? '/').replace(/[^/]*$/, '');
    const more = parserFiles.flatMap((path) =>
      loadSections(process.files, toBytes(path.startsWith('/') ? path : folder + path), process.env),
    );
    engine.configure(sections, buildParsers([...sections, ...more]), service);
    if (given.dryRun) {
      await process.write(2, 'configuration test is successful\n');
      return 0;
    }
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    for (const line of error.message.split('\n')) engine.log('error', line);
    return 1;
  }
  return engine.run();
}

interface Waiting {
  waiting: LogRecord[];
  waitingBytes: number;
}

function wait(output: Waiting, record: LogRecord): void {
  const bytes = bytesOf(record);
  if (output.waiting.length >= mostWaiting || output.waitingBytes + bytes > mostWaitingBytes) return;
  output.waiting.push(record);
  output.waitingBytes += bytes;
}

function takeAll(output: Waiting): LogRecord[] {
  output.waitingBytes = 0;
  return output.waiting.splice(0);
}

function banner(release: string): string {
  return [
    `Fluent Bit v${release}`,
    '* Copyright (C) 2015-2025 The Fluent Bit Authors',
    '* Fluent Bit is a CNCF sub-project under the umbrella of Fluentd',
    '* https://fluentbit.io',
    '',
    '',
  ].join('\n');
}

const refusedPlugins =
  /^(cpu|mem|disk|netif|thermal|proc|kmsg|systemd|docker|docker_events|forward|tcp|udp|http|syslog|serial|random|health|head|exec|mqtt|prometheus_scrape|node_exporter_metrics|fluentbit_metrics|kubernetes|kubernetes_events|lua|nest|multiline|throttle|geoip2|aws|rewrite_tag|log_to_metrics|expect|type_converter|wasm|es|opensearch|loki|splunk|kafka|s3|cloudwatch_logs|datadog|influxdb|nats|pgsql|counter|flowcounter|plot|stackdriver|gelf|websocket|opentelemetry|prometheus_exporter|prometheus_remote_write|bigquery|azure|azure_blob|td|newrelic|kinesis_firehose|kinesis_streams|logdna|slack)$/;

class Engine {
  private inputs: Plugin[] = [];
  private filters: { match: (tag: string) => boolean; run: Filter }[] = [];
  private outputs: (Waiting & {
    plugin: Plugin;
    match: (tag: string) => boolean;
    send(records: LogRecord[]): Promise<string | undefined>;
    /** A flush that is under way. */
    flushing: Promise<void> | undefined;
  })[] = [];
  private parsers: ReadonlyMap<string, Parser> = new Map();
  private service: ReadonlyMap<string, string> = new Map();
  private level = 'info';

  constructor(
    private readonly process: Process,
    private readonly release: string,
  ) {}

  /** A line of its log: `[2026/11/21 09:30:00] [ info] text`. */
  log(level: string, text: string): void {
    const order = ['error', 'warn', 'warning', 'info', 'debug', 'trace'];
    if (order.indexOf(level) > order.indexOf(this.level)) return;
    const time = new Date(this.process.clock.now())
      .toISOString()
      .slice(0, 19)
      .replaceAll('-', '/')
      .replace('T', ' ');
    void Promise.resolve(this.process.write(2, toBytes(`[${time}] [${level.padStart(5)}] ${text}\n`))).catch(
      () => undefined,
    );
  }

  /** Throws ConfigurationError. */
  configure(
    sections: readonly Section[],
    parsers: ReadonlyMap<string, Parser>,
    service: ReadonlyMap<string, string>,
  ): void {
    this.parsers = parsers;
    this.service = service;
    this.level = (service.get('log_level') ?? 'info').toLowerCase();
    const counts = new Map<string, number>();
    for (const { kind, properties } of sections) {
      if (kind !== 'input' && kind !== 'filter' && kind !== 'output') {
        if (/^(service|parser)$/.test(kind)) continue;
        throw new ConfigurationError(
          `[config] The embedded cluster does not simulate Fluent Bit's section [${kind.toUpperCase()}]; use a kind cluster for that.`,
        );
      }
      const name = (new Map(properties).get('name') ?? '').toLowerCase();
      const key = `${kind}:${name}`;
      const number = counts.get(key) ?? 0;
      counts.set(key, number + 1);
      this.add({
        kind,
        name,
        id: `${name}.${number}`,
        properties: properties.filter(([each]) => each !== 'name'),
      });
    }
    if (this.inputs.length === 0) throw new ConfigurationError('[engine] no input plugins are defined');
  }

  private add(plugin: Plugin): void {
    const { kind, name, properties } = plugin;
    const table: Record<string, { allowed: string[] }> =
      kind === 'input' ? inputPlugins : kind === 'filter' ? filterPlugins : outputPlugins;
    const known = Object.hasOwn(table, name) ? table[name] : undefined;
    if (!known) {
      if (refusedPlugins.test(name))
        throw new ConfigurationError(
          `[${kind}:${name}] The embedded cluster does not simulate Fluent Bit's ${kind} "${name}"; use a kind cluster for that.`,
        );
      throw new ConfigurationError(
        `[config] section '${kind}' tried to instance a plugin name that doesn't exist: ${name}\nconfiguration file contains errors, aborting.`,
      );
    }
    const common =
      /^(match|match_regex|alias|log_level|workers|retry_limit|mem_buf_limit|storage\.\w+|threaded)$/;
    for (const [each] of properties) {
      if (each === 'match_regex')
        throw new ConfigurationError(
          `[${kind}:${name}] The embedded cluster does not simulate Match_Regex; use a kind cluster for that.`,
        );
      if (known.allowed.includes(each) || common.test(each)) continue;
      if (isKnownProperty(plugin, each))
        throw new ConfigurationError(
          `[${kind}:${name}] The embedded cluster does not simulate the property "${each}" of Fluent Bit's ${kind} "${name}"; use a kind cluster for that.`,
        );
      throw new ConfigurationError(
        `[config] ${name}: unknown configuration property '${each}'. The following properties are allowed: ${known.allowed.join(', ')}.\n[ help] try the command: fluent-bit -${kind === 'input' ? 'i' : kind === 'filter' ? 'F' : 'o'} ${name} -h`,
      );
    }
    const match = tagMatcher(property(plugin, 'match') ?? (kind === 'output' ? '' : '*'));
    if (kind === 'input') this.inputs.push(plugin);
    else if (kind === 'filter') {
      const run = filterPlugins[name]?.make(plugin, this.parsers);
      if (run) this.filters.push({ match, run });
    } else {
      const send = outputPlugins[name]?.make(plugin, this.process);
      if (send) this.outputs.push({ plugin, match, send, waiting: [], waitingBytes: 0, flushing: undefined });
    }
  }

  async run(): Promise<number> {
    const { process } = this;
    this.log('info', `[fluent bit] version=${this.release}, commit=, pid=${process.pid}`);
    this.log('info', '[storage] ver=1.5.3, type=memory, sync=normal, checksum=off, max_chunks_up=128');
    const ended = new Promise<number>((resolve) => {
      for (const plugin of this.inputs) {
        this.log('info', `[input:${plugin.name}:${plugin.id}] initializing`);
        this.log('info', `[input:${plugin.name}:${plugin.id}] storage_strategy='memory' (memory only)`);
        const host = {
          process,
          parsers: this.parsers,
          emit: (record: LogRecord) => this.take(record),
          log: (level: string, text: string) => this.log(level, text),
          exit: () => inBackground(process, this.finish().then(resolve)),
        };
        const running = (inputPlugins[plugin.name]?.start(plugin, host) ?? Promise.resolve()).catch(
          (error: unknown) => {
            if (!(error instanceof ConfigurationError)) throw error;
            this.log('error', error.message);
            resolve(1);
          },
        );
        inBackground(process, running);
      }
    });
    if (yes(this.service.get('http_server')) && !this.serve()) return 1;
    this.log('info', '[sp] stream processor started');
    for (const { plugin } of this.outputs)
      this.log('info', `[output:${plugin.name}:${plugin.id}] worker #0 started`);
    const stopped = new Promise<number>((resolve) => {
      for (const signal of ['TERM', 'INT'] as const)
        process.setAction(signal, (each) => inBackground(process, this.stop(each).then(resolve)));
    });
    inBackground(process, this.flushForever());
    for (;;) {
      try {
        return await process.until(Promise.race([stopped, ended]));
      } catch (error) {
        if ((error as Error).name !== 'Interrupted') throw error;
      }
    }
  }

  private take(record: LogRecord): void {
    let current: LogRecord | undefined = record;
    for (const { match, run } of this.filters) {
      if (!match(record.tag)) continue;
      current = run(current);
      if (!current) return;
    }
    for (const output of this.outputs) if (output.match(record.tag)) wait(output, current);
  }

  private async flushForever(): Promise<void> {
    const interval = Number(this.service.get('flush') ?? 1) * 1_000 || 1_000;
    for (;;) {
      await pause(this.process, interval);
      // One that takes long does not hold up the others.
      inBackground(this.process, this.flush());
    }
  }

  /** No output waits for another; one that is still at it takes the rest with the next flush. */
  private async flush(): Promise<void> {
    await Promise.all(
      this.outputs.map((output) => {
        output.flushing ??= this.flushOne(output).finally(() => {
          output.flushing = undefined;
        });
        return output.flushing;
      }),
    );
  }

  /** Sends each tag's records by themselves; what fails is tried once more with the next flush. */
  private async flushOne(output: Engine['outputs'][number]): Promise<void> {
    const { plugin, send } = output;
    const byTag = new Map<string, LogRecord[]>();
    for (const record of takeAll(output)) {
      const same = byTag.get(record.tag);
      if (same) same.push(record);
      else byTag.set(record.tag, [record]);
    }
    for (const records of byTag.values()) {
      await this.process.checkpoint();
      const problem = await send(records);
      if (problem === undefined) continue;
      this.log('error', `[output:${plugin.name}:${plugin.id}] ${problem}`);
      if (plugin.name !== 'http') continue;
      this.log(
        'warn',
        `[engine] failed to flush chunk, retry in the next flush: input=${records[0]?.tag} > output=${plugin.id}`,
      );
      for (const record of [...records, ...takeAll(output)]) wait(output, record);
    }
  }

  private async stop(signal: SignalName): Promise<number> {
    await this.process.write(2, `[engine] caught signal (SIG${signal})\n`);
    return this.finish();
  }

  /** Sends what is there, as far as that goes within the grace. */
  private async finish(): Promise<number> {
    const grace = this.service.get('grace') ?? '5';
    this.log('warn', `[engine] service will shutdown in max ${grace} seconds`);
    // What came while a flush was under way goes with another.
    const sent = this.flush().then(() => this.flush());
    await Promise.race([sent, pause(this.process, Number(grace) * 1_000 || 0)]);
    const left = this.outputs.filter(({ flushing }) => flushing).length;
    this.log('info', `[engine] service has stopped (${left} pending tasks)`);
    return 0;
  }

  /** The monitoring server, as far as probes use it. */
  private serve(): boolean {
    const port = Number(this.service.get('http_port') ?? 2020);
    try {
      serveHttp(this.process, port, ({ response, url }) => {
        const uptime = Math.floor((this.process.clock.now() - this.process.startedAtMs) / 1_000);
        const answers: Record<string, () => string> = {
          '/': () => JSON.stringify({ 'fluent-bit': { version: this.release, edition: 'Community' } }),
          '/api/v1/health': () => 'ok\n',
          '/api/v1/uptime': () => JSON.stringify({ uptime_sec: uptime }),
        };
        const answer = answers[url.pathname];
        response.statusCode = answer ? 200 : 404;
        response.end(
          answer?.() ??
            `The embedded cluster does not simulate ${url.pathname} of Fluent Bit; use a kind cluster for that.\n`,
        );
      });
      this.log('info', `[http_server] listen iface=0.0.0.0 tcp_port=${port}`);
      return true;
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      this.log('error', `[http_server] could not listen on port ${port}: ${error.message}`);
      return false;
    }
  }
}
