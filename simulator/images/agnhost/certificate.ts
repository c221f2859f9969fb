import { decode } from '../../files/byte-string';
import { FileError } from '../../files/file-system';
import { type ServerCertificate, serverCertificate } from '../../network/tls-server';
import type { Process } from '../../runtime/process';
import type { Flags } from './flags';
import { klog } from './klog';

/** What --tls-cert-file and --tls-private-key-file name; undefined when the first is not given. */
export async function readCertificate(
  process: Process,
  flags: Flags,
): Promise<ServerCertificate | undefined | 'unreadable'> {
  const cert = flags.text('tls-cert-file');
  return cert === '' ? undefined : certificateIn(process, cert, flags.text('tls-private-key-file'));
}

/** A certificate and its key, from their files. */
export async function certificateIn(
  process: Process,
  cert: string,
  key: string,
): Promise<ServerCertificate | 'unreadable'> {
  const read = (path: string) => decode(process.files.readFile(path));
  try {
    return serverCertificate(read(cert), read(key));
  } catch (error) {
    if (error instanceof FileError) await klog(process, `open ${error.path}: no such file or directory`);
    else
      await klog(
        process,
        `tls: failed to find any PEM data in certificate input: ${(error as Error).message}`,
      );
    return 'unreadable';
  }
}
