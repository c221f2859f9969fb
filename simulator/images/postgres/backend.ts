import type { Connection } from '../../network/namespace';
import { inBackground } from '../http/serve';
import { ScramServer } from './scram';
import type { PostgresServer } from './server';
import type { Column, Row } from './sql/scope';
import type { Result, SqlSession } from './sql/session';
import { notSimulated, SqlError } from './sql/sql-error';
import { oidOf } from './sql/types';
import { formatValue } from './sql/values';
import { int16, int32, textsOf, Wire } from './wire';

const sslRequest = 80_877_103;
const cancelRequest = 80_877_102;

/** Serves one connection until it ends. */
async function serveConnection(server: PostgresServer, connection: Connection): Promise<void> {
  const wire = new Wire(connection);
  let session: SqlSession | undefined;
  try {
    session = await begin(server, connection, wire);
    if (session) await converse(server, session, wire);
  } catch (error) {
    if ((error as Error).name !== 'NetworkError') throw error;
  } finally {
    if (session) server.leave(session);
    connection.close();
  }
}

async function fatal(
  server: PostgresServer,
  wire: Wire,
  code: string,
  text: string,
  detail?: string,
): Promise<undefined> {
  server.log('FATAL', text);
  if (detail !== undefined) server.log('DETAIL', detail);
  sendError(wire, 'E', 'FATAL', new SqlError(code, text));
  await wire.flush();
  return undefined;
}

/** Start-up and authentication. */
async function begin(
  server: PostgresServer,
  connection: Connection,
  wire: Wire,
): Promise<SqlSession | undefined> {
  let first = await wire.startup();
  while (first && first.body.readInt32BE(0) === sslRequest) {
    wire.raw('N');
    await wire.flush();
    first = await wire.startup();
  }
  if (!first || first.body.readInt32BE(0) === cancelRequest) return undefined;
  const words = textsOf(first.body.subarray(4));
  const given = new Map<string, string>();
  for (let at = 0; at + 1 < words.length; at += 2) given.set(words[at] ?? '', words[at + 1] ?? '');
  const user = given.get('user') ?? '';
  const name = given.get('database') ?? user;
  if (server.starting) return fatal(server, wire, '57P03', 'the database system is starting up');
  const role = Object.hasOwn(server.cluster.roles, user) ? server.cluster.roles[user] : undefined;
  const method = server.methodFor(connection.remote.address);
  if (method === 'reject')
    return fatal(
      server,
      wire,
      '28000',
      `pg_hba.conf rejects connection for host "${connection.remote.address}", user "${user}", database "${name}", no encryption`,
    );
  if (method !== 'trust' && !(await proven(wire, role?.verifier)))
    return fatal(
      server,
      wire,
      '28P01',
      `password authentication failed for user "${user}"`,
      role ? undefined : `Role "${user}" does not exist.`,
    );
  if (!role) return fatal(server, wire, '28000', `role "${user}" does not exist`);
  if (role.attributes?.includes('Cannot login'))
    return fatal(server, wire, '28000', `role "${user}" is not permitted to log in`);
  if (server.sessions.size >= Number(server.setting('max_connections')))
    return fatal(server, wire, '53300', 'sorry, too many clients already');
  const session = await server.join(name, user);
  if (!session) return fatal(server, wire, '3D000', `database "${name}" does not exist`);
  wire.send('R', int32(0));
  for (const setting of [
    'server_version',
    'server_encoding',
    'client_encoding',
    'DateStyle',
    'TimeZone',
    'integer_datetimes',
    'standard_conforming_strings',
  ])
    wire.send('S', setting, server.setting(setting.toLowerCase()) ?? '');
  wire.send('K', int32(server.process.pid), int32(0));
  wire.send('Z', Buffer.from('I'));
  await wire.flush();
  return session;
}

/** Asks for a password by SCRAM; an unknown user is asked, too, so that nobody learns who is known. */
async function proven(wire: Wire, verifier: string | undefined): Promise<boolean> {
  const scram = new ScramServer(
    verifier ?? `SCRAM-SHA-256$4096:AAAAAAAAAAAAAAAAAAAAAA==$${'A'.repeat(43)}=:${'A'.repeat(43)}=`,
  );
  wire.send('R', int32(10), 'SCRAM-SHA-256', Buffer.from([0]));
  await wire.flush();
  const first = await wire.next();
  if (first?.kind !== 'p') return false;
  const mechanism = textsOf(first.body)[0] ?? '';
  const challenge = scram.first(first.body.subarray(mechanism.length + 5).toString());
  wire.send('R', int32(11), Buffer.from(challenge));
  await wire.flush();
  const last = await wire.next();
  const proof = last?.kind === 'p' ? scram.final(last.body.toString()) : undefined;
  if (proof === undefined || verifier === undefined) return false;
  wire.send('R', int32(12), Buffer.from(proof));
  return true;
}

async function converse(server: PostgresServer, session: SqlSession, wire: Wire): Promise<void> {
  for (let message = await wire.next(); message && message.kind !== 'X'; message = await wire.next()) {
    if (message.kind === 'Q') await answer(server, session, wire, textsOf(message.body)[0] ?? '');
    else if (message.kind === 'S') wire.send('Z', Buffer.from(session.state));
    else if (message.kind === 'P')
      sendError(wire, 'E', 'ERROR', notSimulated('prepared statements (the extended query protocol)'));
    else if (!/[BDECHd]/.test(message.kind)) return;
    await wire.flush();
  }
}

async function answer(server: PostgresServer, session: SqlSession, wire: Wire, sql: string): Promise<void> {
  await server.turn(session);
  try {
    let any = false;
    for (const result of session.run(sql)) {
      any = true;
      await server.process.checkpoint();
      await sendResult(wire, result);
    }
    if (!any) wire.send('I');
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    server.logFailure(error, sql);
    sendError(wire, 'E', 'ERROR', error);
  } finally {
    server.done(session);
  }
  wire.send('Z', Buffer.from(session.state));
}

async function sendResult(wire: Wire, { tag, columns, rows, notice }: Result): Promise<void> {
  if (notice !== undefined)
    for (const line of notice.split('\n'))
      sendError(wire, 'N', /transaction/.test(line) ? 'WARNING' : 'NOTICE', new SqlError('00000', line));
  if (columns && rows) {
    wire.send('T', int16(columns.length), ...columns.flatMap(describe));
    for (const row of rows) {
      wire.send('D', int16(columns.length), ...cells(columns, row));
      if (wire.waitingBytes > 65_536) await wire.flush();
    }
  }
  wire.send('C', tag);
}

function describe({ name, type }: Column): (string | Buffer)[] {
  const size = /^(boolean)$/.test(type.name) ? 1 : -1;
  return [name, int32(0), int16(0), int32(oidOf(type)), int16(size), int32(-1), int16(0)];
}

function cells(columns: Column[], row: Row): Buffer[] {
  return columns.flatMap(({ type }, at) => {
    const value = row[at] ?? null;
    if (value === null) return [int32(-1)];
    const bytes = Buffer.from(formatValue(type, value));
    return [int32(bytes.length), bytes];
  });
}

function sendError(wire: Wire, kind: 'E' | 'N', severity: string, error: SqlError): void {
  const { detail, hint, position } = error.more;
  const fields = [`S${severity}`, `V${severity}`, `C${error.code}`, `M${error.message}`];
  if (detail !== undefined) fields.push(`D${detail}`);
  if (hint !== undefined) fields.push(`H${hint}`);
  if (position !== undefined) fields.push(`P${position}`);
  wire.send(kind, ...fields, Buffer.from([0]));
}

/** Takes connections until the listener closes. */
export async function acceptAll(
  server: PostgresServer,
  accept: () => Promise<Connection | undefined>,
): Promise<void> {
  for (let next = await accept(); next; next = await accept())
    inBackground(server.process, serveConnection(server, next));
}
