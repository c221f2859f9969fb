import { decode, toBytes, toText } from '../../files/byte-string';
import { FileError } from '../../files/file-system';
import { NetworkError, type ResolverFiles } from '../../network/namespace';
import type { Process } from '../../runtime/process';

/** What libc reads at each look-up. */
export function resolverFiles({ files }: Process): ResolverFiles {
  const text = (path: string) => {
    try {
      return toText(decode(files.readFile(path)));
    } catch (error) {
      if (error instanceof FileError) return '';
      throw error;
    }
  };
  return { hosts: text('/etc/hosts'), resolvConf: text('/etc/resolv.conf') };
}

/** The first address of a name or literal; undefined when there is none (BusyBox: `bad address`). */
export async function addressOf(process: Process, name: string): Promise<string | undefined> {
  try {
    const { addresses } = await process.until(process.network.resolve(toText(name), resolverFiles(process)));
    return addresses[0];
  } catch (error) {
    if (error instanceof NetworkError) return undefined;
    throw error;
  }
}

/** A refusal of the network as a program prints it. */
export const networkText = (error: NetworkError): string => toBytes(error.message);
