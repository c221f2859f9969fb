import { decode } from '../files/byte-string';
import type { OpenFile } from '../files/open-file';
import type { Process } from '../runtime/process';

/** How long the rest of an escape sequence may take. */
const patienceMs = 50;

/** Keys of a terminal, one by one: characters, and escape sequences as a whole. */
export class TerminalKeys {
  private pending = '';

  constructor(
    private readonly process: Process,
    private readonly file: OpenFile,
  ) {}

  /** One key, as bytes; undefined at the end of input. Rejects with Interrupted when a handled signal comes first. */
  async next(): Promise<string | undefined> {
    if (this.pending === '' && !(await this.fill())) return undefined;
    if (this.pending[0] === '\x1b') {
      // What follows an escape may come in a packet of its own; alone it is the key Escape.
      while (/^\x1b(?:\[[0-9;]*|O)?$/.test(this.pending)) if (!(await this.fill(patienceMs))) break;
      const sequence = /^\x1b(?:\[[0-9;]*[A-Za-z~]|O[A-DFHP-S])/.exec(this.pending)?.[0] ?? '\x1b';
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
