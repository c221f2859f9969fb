import type { IncomingMessage } from 'node:http';
import { FileError } from '../../files/file-system';
import type { Process } from '../../runtime/process';
import { bodyOf } from '../http/serve';
import { goJson } from './go-json';

/** `/upload` of netexec: keeps the field `file` of a form as /uploads/upload<number>, executable. */
export async function upload(
  process: Process,
  message: IncomingMessage,
): Promise<{ status: number; body: string; log: string }> {
  const file = await formFile(message);
  if (!file)
    return {
      status: 200,
      body: goJson({ error: 'Unable to upload file.' }),
      log: 'Unable to upload file: http: no such file',
    };
  const path = `/uploads/upload${Math.floor(Math.random() * 1e9)}`;
  try {
    const fd = process.addFd(await process.open(path, 'wn', 0o700));
    await process.write(fd, file);
    process.closeFd(fd);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    const failed = 'Unable to open file for write';
    return { status: 200, body: goJson({ error: failed }), log: `${failed}: ${error.message}` };
  }
  return { status: 201, body: goJson({ output: path }), log: `Wrote upload to ${path}` };
}

async function formFile(message: IncomingMessage): Promise<Uint8Array | undefined> {
  const type = message.headers['content-type'] ?? '';
  const body = Buffer.from(await bodyOf(message), 'latin1');
  try {
    const form = await new Response(body, { headers: { 'content-type': type } }).formData();
    const field = form.get('file');
    return field instanceof File ? new Uint8Array(await field.arrayBuffer()) : undefined;
  } catch {
    // Not a form.
    return undefined;
  }
}
