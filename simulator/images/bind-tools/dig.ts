import { toBytes } from '../../files/byte-string';
import type { DnsQuestion, DnsRecord, DnsReply, DnsType } from '../../network/namespace';
import type { Process, Program } from '../../runtime/process';
import { ask, dnsType, reverseName, search, searched, serverAddress } from './questions';

const version = '9.18.41';

interface Request {
  name: string;
  type: DnsType;
  named: string | undefined;
  short: boolean;
  search: boolean;
  /** Sections that are shown. */
  shown: Set<string>;
}

const sections = ['cmd', 'comments', 'question', 'answer', 'stats'];

/** The request, or the word that is not understood. */
function parse(args: readonly string[]): Request | string {
  const request: Request = {
    name: '.',
    type: 'A',
    named: undefined,
    short: false,
    search: false,
    shown: new Set(sections),
  };
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? '';
    const type = dnsType(arg);
    if (arg.startsWith('@')) request.named = arg.slice(1);
    else if (arg.startsWith('+')) {
      const [, not, option = ''] = /^\+(no)?(\w+)/.exec(arg) ?? [];
      if (option === 'short') request.short = not === undefined;
      else if (option === 'search') request.search = not === undefined;
      else if (option === 'all') request.shown = new Set(not === undefined ? sections : []);
      else if (sections.includes(option)) {
        if (not === undefined) request.shown.add(option);
        else request.shown.delete(option);
      } else if (!/^(time|tries|retry|timeout|tcp|edns|recurse|rec|cookie|cl|ttlid|multiline)$/.test(option))
        return arg;
    } else if (arg === '-x') {
      request.name = reverseName(args[++at] ?? '') ?? '';
      request.type = 'PTR';
    } else if (arg === '-t') request.type = dnsType(args[++at] ?? '') ?? 'A';
    else if (type) request.type = type;
    else if (arg.startsWith('-')) return arg;
    else if (arg !== 'IN') request.name = arg;
  }
  return request;
}

/** dig(1) of BIND. */
export const dig: Program = async (process) => {
  const args = process.argv.slice(1);
  if (args[0] === '-v') {
    await process.write(2, `DiG ${version}\n`);
    return 0;
  }
  const request = parse(args);
  if (typeof request === 'string') {
    await process.write(2, `Invalid option: ${request}\n`);
    return 1;
  }
  const server = await serverAddress(process, request.named);
  if (server === undefined) {
    await process.write(2, `dig: couldn't get address for '${request.named}': not found\n`);
    return 10;
  }
  const { name, type } = request;
  const names = request.search ? searched(process, name) : [name];
  const reply = request.search
    ? await search(process, names, type, server)
    : await ask(process, { name, type }, server);
  const say = (text: string) => process.write(1, toBytes(text));
  if (!reply) {
    if (request.shown.has('cmd')) await say(title(process));
    await say(`;; communications error to ${server}#53: timed out\n;; no servers could be reached\n`);
    return 9;
  }
  if (request.short) await say(reply.answers.map(({ value }) => `${value}\n`).join(''));
  else await say(report(process, request, { name: reply.answers[0]?.name ?? name, type }, reply, server));
  return 0;
};

function title(process: Process): string {
  return `\n; <<>> DiG ${version} <<>> ${process.argv.slice(1).join(' ')}\n;; global options: +cmd\n`;
}

function report(
  process: Process,
  { shown }: Request,
  question: DnsQuestion,
  reply: DnsReply,
  server: string,
): string {
  const full = question.name.endsWith('.') ? question.name : `${question.name}.`;
  const id = Math.floor(Math.random() * 65_536);
  const flags = reply.authoritative ? 'qr aa rd' : 'qr rd ra';
  const when = new Date(process.clock.now())
    .toUTCString()
    .replace(/^(\w+), (\d+) (\w+) (\d+) ([\d:]+) GMT$/, '$1 $3 $2 $5 UTC $4');
  const parts = [
    shown.has('cmd') ? title(process) : '',
    shown.has('comments')
      ? `;; Got answer:\n;; ->>HEADER<<- opcode: QUERY, status: ${reply.code}, id: ${id}\n;; flags: ${flags}; QUERY: 1, ANSWER: ${reply.answers.length}, AUTHORITY: 0, ADDITIONAL: 1\n\n;; OPT PSEUDOSECTION:\n; EDNS: version: 0, flags:; udp: 1232\n`
      : '',
    shown.has('question') ? `;; QUESTION SECTION:\n;${full}\t\tIN\t${question.type}\n\n` : '',
    shown.has('answer') && reply.answers.length > 0
      ? `${shown.has('comments') ? ';; ANSWER SECTION:\n' : ''}${reply.answers.map(row).join('')}${shown.has('comments') ? '\n' : ''}`
      : '',
    shown.has('stats')
      ? `;; Query time: 0 msec\n;; SERVER: ${server}#53(${server}) (UDP)\n;; WHEN: ${when}\n;; MSG SIZE  rcvd: ${40 + full.length * (1 + reply.answers.length)}\n\n`
      : '',
  ];
  return parts.join('');
}

function row({ name, ttl, type, value }: DnsRecord): string {
  return `${name.endsWith('.') ? name : `${name}.`} ${ttl}\tIN\t${type}\t${value}\n`;
}
