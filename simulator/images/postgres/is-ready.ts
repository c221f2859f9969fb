import { NetworkError } from '../../network/namespace';
import type { Process } from '../../runtime/process';
import { addressOf } from '../../shell/utilities/network-names';
import { accountOf } from './account';
import { fieldsOf, int32, Wire } from './wire';

const patienceMs = 3_000;

/** pg_isready: 0 when the server takes connections, 1 when it refuses them, 2 when nobody answers, 3 when it was called wrongly. */
export async function isReady(process: Process, release: string): Promise<number> {
  let host = process.env.get('PGHOST') ?? '';
  let port = Number(process.env.get('PGPORT') ?? 5432);
  let timeoutMs = patienceMs;
  let user = process.env.get('PGUSER') ?? accountOf(process);
  let database = process.env.get('PGDATABASE');
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
    else if (arg === '-U' || arg === '--username') user = value();
    else if (arg === '-d' || arg === '--dbname') database = value();
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
  const target = { host: host.startsWith('/') ? '' : host, port, user, database: database ?? user };
  const code = await ask(process, target, timeoutMs);
  const texts = ['accepting connections', 'rejecting connections', 'no response'];
  const place = host === '' || host.startsWith('/') ? host || '/var/run/postgresql' : host;
  if (!quiet) await process.write(1, `${place}:${port} - ${texts[code]}\n`);
  return code;
}

async function ask(
  process: Process,
  { host, port, user, database }: { host: string; port: number; user: string; database: string },
  timeoutMs: number,
): Promise<0 | 1 | 2> {
  const address = host === '' ? '127.0.0.1' : await addressOf(process, host);
  if (address === undefined) return 2;
  try {
    const connection = await process.until(process.network.connect(address, port, { timeoutMs }));
    const wire = new Wire(connection);
    // Any answer but "starting up" means that connections are taken, a refusal of the user as well.
    wire.send('', int32(196_608), 'user', user, 'database', database, Buffer.from([0]));
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
