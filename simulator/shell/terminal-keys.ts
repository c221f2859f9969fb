import { decode } from '../files/byte-string';
import type { OpenFile } from '../files/open-file';
import type { Process } from '../runtime/process';

/** How long the rest of an escape sequence may take. */
const patienceMs = 50;

const sequences = {
  plain: /^\x1b(?:\[[0-9;]*[A-Za-z~]|O[A-DFHP-S])/,
  // Alt with a letter sends Escape before it.
  meta: /^\x1b(?:\[[0-9;]*[A-Za-z~]|O[A-DFHP-S]|[bdfBDF.\x7f\b])/,
};

/** Keys of a terminal, one by one: characters, and escape sequences as a whole. `kind`: whether Alt with a letter is one. */
export class TerminalKeys {
  private pending = '';

  constructor(
    private readonly process: Process,
    private readonly file: OpenFile,
    private readonly kind: keyof typeof sequences = 'plain',
  ) {}

  /** One key, the bytes of a character in UTF-8 together; undefined at the end of input. Rejects as `next`. */
  async nextCharacter(): Promise<string | undefined> {
    let key = await this.next();
    const lead = key?.length === 1 ? key.charCodeAt(0) : 0;
    const more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : lead >= 0xc0 ? 1 : 0;
    for (let i = 0; i < more; i++) key += (await this.next()) ?? '';
    return key;
  }

  /** A key that comes within so many milliseconds; undefined when none did. */
  async within(ms: number): Promise<string | undefined> {
    return this.pending !== '' || (await this.fill(ms)) ? this.next() : undefined;
  }

  /** One key, as bytes; undefined at the end of input. Rejects with Interrupted when a handled signal comes first. */
  async next(): Promise<string | undefined> {
    if (this.pending === '' && !(await this.fill())) return undefined;
    if (this.pending[0] === '\x1b') {
      // What follows an escape may come in a packet of its own; alone it is the key Escape.
      while (/^\x1b(?:\[[0-9;]*|O)?$/.test(this.pending)) if (!(await this.fill(patienceMs))) break;
      const sequence = sequences[this.kind].exec(this.pending)?.[0] ?? '\x1b';
      this.pending = this.pending.slice(sequence.length);
      return sequence;
    }
    const key = this.pending[0] as string;
    this.pending = this.pending.slice(1);
    return key;
  }

  /** Whether something came, within `patience` if that is given. */
  private async fill(patience?: number): Promise<boolean> {
    const { clock } = this.process;
    const until = patience === undefined ? undefined : clock.now() + patience;
    for (;;) {
      const turn = this.process.checkpoint();
      if (turn) await turn;
      const data = this.file.read(4096);
      if (data?.length === 0) return false;
      if (data) {
        this.pending += decode(data);
        return true;
      }
      if (until !== undefined && clock.now() >= until) return false;
      await this.process.block<void>((done) => {
        const forget = this.file.onReady('read', done);
        const timer = until === undefined ? undefined : clock.after(until - clock.now(), done);
        return () => {
          forget();
          timer?.cancel();
        };
      });
    }
  }
}
