import type { Timer } from '../../clock/clock';
import { type Connection, type Listener, NetworkError } from '../../network/namespace';
import type { Process } from '../../runtime/process';
import { connectDatagrams, listenForDatagrams } from './netcat-datagrams';
import { addressOf, networkText } from './network-names';
import { start } from './running';
import { type Options, type Utility, utility } from './utility';

const usage = `[OPTIONS] HOST PORT  - connect
nc [OPTIONS] -l -p PORT [HOST] [PORT]  - listen

	-e PROG	Run PROG after connect (must be last)
	-l	Listen mode, for inbound connects
	-lk	With -e, provides persistent server
	-p PORT	Local port
	-s ADDR	Local address
	-w SEC	Timeout for connects and final net reads
	-n	Don't do DNS resolution
	-u	UDP mode
	-v	Verbose
	-z	Zero-I/O mode (scanning)`;

/** BusyBox nc (NC_110_COMPAT). */
export const nc = utility('nc', usage, async (self) => {
  const { args, program } = splitProgram(self.args);
  const options = self.options('hlknup:s:w:vzi:', {}, args);
  if (options.has('u') && program.length > 0)
    return self.fail('The embedded cluster does not simulate nc -u with -e; use a kind cluster for that.');
  if (options.has('l') && options.has('u')) return listenForDatagrams(self, options);
  if (options.has('l')) return listen(self, options, program);
  const [host, port] = options.operands;
  if (host === undefined || port === undefined) throw self.usageFault();
  return connect(self, options, host, port, program);
});

/** -e takes the rest of the line as the program. */
function splitProgram(args: readonly string[]): { args: string[]; program: string[] } {
  const at = args.findIndex((arg) => /^-[a-z]*e$/.test(arg));
  if (at < 0) return { args: [...args], program: [] };
  const letters = (args[at] as string).slice(0, -1);
  return { args: [...args.slice(0, at), ...(letters === '-' ? [] : [letters])], program: args.slice(at + 1) };
}

async function connect(
  self: Utility,
  options: Options,
  host: string,
  port: string,
  program: string[],
): Promise<number> {
  const { process } = self;
  const address = await addressOf(process, host);
  if (address === undefined) return self.fail(`bad address '${host}'`);
  if (options.has('u')) return connectDatagrams(self, options, host, { address, port: Number(port) });
  const timeoutMs = options.has('w') ? Number(options.value('w')) * 1000 : undefined;
  try {
    const connection = await process.until(process.network.connect(address, Number(port), { timeoutMs }));
    if (options.has('v')) await process.write(2, `${host} (${address}:${port}) open\n`);
    if (options.has('z')) {
      connection.close();
      return 0;
    }
    return await serve(self, connection, program, timeoutMs);
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    // A scan is silent about closed ports unless it is asked to speak.
    if (!options.has('z') || options.has('v'))
      await self.warn(`${host} (${address}:${port}): ${networkText(error)}`);
    return 1;
  }
}

async function listen(self: Utility, options: Options, program: string[]): Promise<number> {
  const { process } = self;
  const port = Number(options.value('p') ?? options.operands.at(-1) ?? 0);
  let listener: Listener;
  try {
    listener = process.network.listen(port, options.value('s') ?? '0.0.0.0');
  } catch (error) {
    if (error instanceof NetworkError) return self.fail(`bind: ${networkText(error)}`);
    throw error;
  }
  if (options.has('v')) await process.write(2, `listening on [::]:${listener.local.port} ...\n`);
  for (;;) {
    const connection = await process.until(listener.accept());
    if (!connection) return 1;
    const { remote } = connection;
    if (options.has('v'))
      await process.write(
        2,
        `connect to ${connection.local.address}:${port} from ${remote.address}:${remote.port}\n`,
      );
    if (options.has('k')) {
      void serve(self, connection, program, undefined).catch(() => connection.destroy());
      continue;
    }
    listener.close();
    return serve(self, connection, program, undefined);
  }
}

/** Carries bytes both ways until the peer ends, or gives the connection to a program. */
async function serve(
  self: Utility,
  connection: Connection,
  program: string[],
  idleMs: number | undefined,
): Promise<number> {
  if (program.length > 0) return runProgram(self, connection, program);
  const { process } = self;
  const sending = sendInput(process, connection);
  try {
    await receive(process, connection, 1, idleMs === undefined ? undefined : { sending, idleMs });
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    await self.warn(`read: ${networkText(error)}`);
    return 1;
  } finally {
    connection.close();
  }
  return 0;
}

/** With -w: how long the other side may be silent once nothing more is sent. */
interface Patience {
  sending: Promise<void>;
  idleMs: number;
}

async function receive(
  process: Process,
  connection: Connection,
  fd: number,
  patience?: Patience,
): Promise<void> {
  const source = connection.readable[Symbol.asyncIterator]();
  for (;;) {
    const { value, done } = await arrival(process, source.next(), patience);
    if (done) return;
    await process.write(fd, value);
  }
}

/** What comes next; the end when patience has run out. */
function arrival(
  process: Process,
  next: Promise<IteratorResult<Uint8Array>>,
  patience: Patience | undefined,
): Promise<IteratorResult<Uint8Array>> {
  if (!patience) return process.until(next);
  return process.block((done, failed) => {
    next.then(done, failed);
    let timer: Timer | undefined;
    let waits = true;
    void patience.sending.then(() => {
      if (waits) timer = process.clock.after(patience.idleMs, () => done({ value: undefined, done: true }));
    });
    return () => {
      waits = false;
      timer?.cancel();
    };
  });
}

async function sendInput(process: Process, connection: Connection): Promise<void> {
  try {
    for (;;) {
      const data = await process.read(0);
      if (data.length === 0) return connection.writable.end();
      await connection.writable.write(data);
    }
  } catch {
    // The connection has ended, or the process: nothing more to send.
  }
}

/** Standard input and output of the program are the connection. */
async function runProgram(self: Utility, connection: Connection, program: string[]): Promise<number> {
  const { process } = self;
  const input = process.pipe();
  const output = process.pipe();
  const error = process.fds.get(2);
  const fds = new Map([[0, input.reader], [1, output.writer], ...(error ? ([[2, error]] as const) : [])]);
  const child = await start(self, program, { fds });
  input.reader.release();
  output.writer.release();
  if (typeof child === 'number') {
    connection.destroy();
    return child;
  }
  const toProgram = process.addFd(input.writer);
  const fromProgram = process.addFd(output.reader);
  void receive(process, connection, toProgram)
    .catch(() => {})
    .finally(() => process.closeFd(toProgram));
  for (;;) {
    const data = await process.read(fromProgram);
    if (data.length === 0) break;
    await connection.writable.write(data);
  }
  process.closeFd(fromProgram);
  connection.close();
  await process.wait(child);
  return 0;
}
