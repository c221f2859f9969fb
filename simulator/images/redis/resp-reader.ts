import type { Reply } from './resp';
import { splitWords } from './words';

/** What the other side sent is not the protocol; the message is what the server answers before it closes. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
}

const longestBulk = 512 * 1024 * 1024;
const mostWords = 1024 * 1024;

/** Takes bytes as they come, and gives whole commands or whole replies. */
export class RespReader {
  private pending = '';
  private at = 0;

  feed(bytes: string): void {
    this.pending = this.at >= this.pending.length ? bytes : this.pending.slice(this.at) + bytes;
    this.at = 0;
  }

  /** The next command of a client; undefined until it is complete; no words for an empty line. Throws ProtocolError. */
  command(): string[] | undefined {
    const start = this.at;
    const words = this.pending[this.at] === '*' ? this.multiBulk() : this.inline();
    if (!words) this.at = start;
    return words;
  }

  /** The next reply of a server; undefined until it is complete. Throws ProtocolError. */
  reply(): Reply | undefined {
    const start = this.at;
    const reply = this.readReply();
    if (!reply) this.at = start;
    return reply;
  }

  private line(): string | undefined {
    const end = this.pending.indexOf('\n', this.at);
    if (end < 0) {
      if (this.pending.length - this.at > 65_536) throw new ProtocolError('too big inline request');
      return undefined;
    }
    const line = this.pending.slice(this.at, this.pending[end - 1] === '\r' && end > this.at ? end - 1 : end);
    this.at = end + 1;
    return line;
  }

  private inline(): string[] | undefined {
    const line = this.line();
    if (line === undefined) return undefined;
    const words = splitWords(line);
    if (!words) throw new ProtocolError('unbalanced quotes in request');
    return words;
  }

  private multiBulk(): string[] | undefined {
    const head = this.line();
    if (head === undefined) return undefined;
    const count = Number(head.slice(1));
    if (!Number.isInteger(count) || count > mostWords) throw new ProtocolError('invalid multibulk length');
    const words: string[] = [];
    for (let i = 0; i < count; i++) {
      const length = this.line();
      if (length === undefined) return undefined;
      if (length[0] !== '$') throw new ProtocolError(`expected '$', got '${length[0] ?? ''}'`);
      const bytes = Number(length.slice(1));
      if (!Number.isInteger(bytes) || bytes < 0 || bytes > longestBulk)
        throw new ProtocolError('invalid bulk length');
      const word = this.take(bytes);
      if (word === undefined) return undefined;
      words.push(word);
    }
    return words;
  }

  private take(bytes: number): string | undefined {
    if (this.pending.length < this.at + bytes + 2) return undefined;
    const text = this.pending.slice(this.at, this.at + bytes);
    this.at += bytes + 2;
    return text;
  }

  private readReply(): Reply | undefined {
    const line = this.line();
    if (line === undefined) return undefined;
    const rest = line.slice(1);
    switch (line[0]) {
      case '+':
        return { type: 'status', text: rest };
      case '-':
        return { type: 'error', text: rest };
      case ':':
        return { type: 'integer', value: BigInt(rest) };
      case ',':
        return {
          type: 'double',
          value: rest === 'inf' ? Infinity : rest === '-inf' ? -Infinity : Number(rest),
        };
      case '_':
        return { type: 'nil' };
      case '$': {
        if (rest === '-1') return { type: 'nil' };
        const text = this.take(Number(rest));
        return text === undefined ? undefined : { type: 'bulk', text };
      }
      case '*':
      case '~':
      case '>': {
        if (rest === '-1') return { type: 'nil-array' };
        const items = this.items(Number(rest));
        const type = line[0] === '*' ? 'array' : line[0] === '~' ? 'set' : 'push';
        return items && { type, items };
      }
      case '%': {
        const items = this.items(2 * Number(rest));
        if (!items) return undefined;
        const entries: [Reply, Reply][] = [];
        for (let i = 0; i + 1 < items.length; i += 2)
          entries.push([items[i] as Reply, items[i + 1] as Reply]);
        return { type: 'map', entries };
      }
      default:
        throw new ProtocolError(`Protocol error, got ${JSON.stringify(line[0] ?? '')} as reply type byte`);
    }
  }

  private items(count: number): Reply[] | undefined {
    const items: Reply[] = [];
    for (let i = 0; i < count; i++) {
      const item = this.readReply();
      if (!item) return undefined;
      items.push(item);
    }
    return items;
  }
}
