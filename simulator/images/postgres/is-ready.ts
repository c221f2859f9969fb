import { NetworkError } from '../../network/namespace';
import type { Process } from '../../runtime/process';
import { addressOf } from '../../shell/utilities/network-names';
import { fieldsOf, int32, Wire } from './wire';

const patienceMs = 3_000;

/** pg_isready: 0 when the server takes connections, 1 when it refuses them, 2 when nobody answers, 3 when it was called wrongly. */
export async function isReady(process: Process, release: string): Promise<number> {
  let host = process.env.get('PGHOST') ?? '';
  let port = Number(process.env.get('PGPORT') ?? 5432);
  let timeoutMs = patienceMs;
  let quiet = false;
  const args = process.argv
    .slice(1)
    .flatMap((arg) =>
      /^--\w+=/.test(arg)
        ? [arg.slice(0, arg.indexOf('=')), arg.slice(arg.indexOf('=') + 1)]
        : /^-[hpUdt]./.test(arg)
          ? [arg.slice(0, 2), arg.slice(2)]
          : [arg],
    );
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? '';
    const value = () => args[++at] ?? '';
    if (arg === '-h' || arg === '--host') host = value();
    else if (arg === '-p' || arg === '--port') port = Number(value());
    else if (arg === '-t' || arg === '--timeout') timeoutMs = Number(value()) * 1_000 || 130_000;
    else if (/^(-U|--username|-d|--dbname)$/.test(arg)) value();
    else if (arg === '-q' || arg === '--quiet') quiet = true;
    else if (arg === '-V' || arg === '--version') {
      await process.write(1, `pg_isready (PostgreSQL) ${release}\n`);
      return 0;
    } else {
      await process.write(
        2,
        `pg_isready: error: unrecognized option "${arg}"\npg_isready: hint: Try "pg_isready --help" for more information.\n`,
      );
      return 3;
    }
  }
  const code = await ask(process, host.startsWith('/') ? '' : host, port, timeoutMs);
  const texts = ['accepting connections', 'rejecting connections', 'no response'];
  const place = host === '' || host.startsWith('/') ? host || '/var/run/postgresql' : host;
  if (!quiet) await process.write(1, `${place}:${port} - ${texts[code]}\n`);
  return code;
}

async function ask(process: Process, host: string, port: number, timeoutMs: number): Promise<0 | 1 | 2> {
  const address = host === '' ? '127.0.0.1' : await addressOf(process, host);
  if (address === undefined) return 2;
  try {
    const connection = await process.until(process.network.connect(address, port, { timeoutMs }));
    const wire = new Wire(connection);
    // No user of that name can be: any answer but "starting up" means that connections are taken.
    wire.send('', int32(196_608), 'user', 'pg_isready', 'database', 'postgres', Buffer.from([0]));
    await wire.flush();
    const answer = await process.until(wire.next());
    connection.close();
    if (!answer) return 2;
    return answer.kind === 'E' && fieldsOf(answer.body).get('C') === '57P03' ? 1 : 0;
  } catch (error) {
    if (error instanceof NetworkError) return 2;
    throw error;
  }
}
