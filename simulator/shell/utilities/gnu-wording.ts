type Words = [pattern: RegExp, text: string][];

const missing = 'No such file or directory|Not a directory';

/** What Debian's utilities say where BusyBox has words of its own, by utility. */
const words: Record<string, Words | undefined> = {
  cat: [[/^can't open '(.*)': (.*)$/s, '$1: $2']],
  chmod: [
    [new RegExp(`^(.*): (${missing})$`, 's'), "cannot access '$1': $2"],
    [/^(.*): (Operation not permitted|Read-only file system)$/s, "changing permissions of '$1': $2"],
    [/^invalid mode '(.*)'$/s, "invalid mode: '$1'"],
  ],
  chown: [
    [/^unknown user (.*)$/s, "invalid user: '$1'"],
    [/^unknown group (.*)$/s, "invalid group: '$1'"],
    [new RegExp(`^(.*): (${missing})$`, 's'), "cannot access '$1': $2"],
    [/^(.*): (Operation not permitted|Read-only file system)$/s, "changing ownership of '$1': $2"],
  ],
  cp: [
    [/^can't stat '(.*)': (.*)$/s, "cannot stat '$1': $2"],
    [/^omitting directory '(.*)'$/s, "-r not specified; omitting directory '$1'"],
    [/^can't create directory '(.*)': (.*)$/s, "cannot create directory '$1': $2"],
    [/^can't create '(.*)': (.*)$/s, "cannot create regular file '$1': $2"],
    [/^can't open '(.*)': (.*)$/s, "cannot open '$1' for reading: $2"],
  ],
  dd: [[/^can't open '(.*)': (.*)$/s, "failed to open '$1': $2"]],
  du: [[/^(.*): (.*)$/s, "cannot access '$1': $2"]],
  env: [[/^can't execute '(.*)': (.*)$/s, "'$1': $2"]],
  find: [[new RegExp(`^(.*): (${missing}|Permission denied)$`, 's'), "'$1': $2"]],
  head: [[/^(.*): (.*)$/s, "cannot open '$1' for reading: $2"]],
  id: [[/^unknown user (.*)$/s, "'$1': no such user"]],
  ln: [[/^(.*): (.*)$/s, "failed to create symbolic link '$1': $2"]],
  ls: [
    [/^can't open '(.*)': (.*)$/s, "cannot open directory '$1': $2"],
    [/^(.*): (.*)$/s, "cannot access '$1': $2"],
  ],
  mkdir: [[/^can't create directory '(.*)': (.*)$/s, "cannot create directory '$1': $2"]],
  mv: [[new RegExp(`^can't rename '(.*)': (${missing})$`, 's'), "cannot stat '$1': $2"]],
  rm: [
    [/^can't remove '(.*)': (.*)$/s, "cannot remove '$1': $2"],
    [/^'(.*)' is a directory$/s, "cannot remove '$1': Is a directory"],
  ],
  rmdir: [[/^'(.*)': (.*)$/s, "failed to remove '$1': $2"]],
  sed: [[new RegExp(`^(.*): (${missing}|Permission denied)$`, 's'), "can't read $1: $2"]],
  sleep: [
    [/^invalid number '(.*)'$/s, "invalid time interval '$1'\nTry 'sleep --help' for more information."],
  ],
  sort: [[new RegExp(`^(.*): (${missing}|Permission denied)$`, 's'), 'cannot read: $1: $2']],
  stat: [[/^can't stat '(.*)': (.*)$/s, "cannot statx '$1': $2"]],
  tail: [[/^can't open '(.*)': (.*)$/s, "cannot open '$1' for reading: $2"]],
  timeout: [[/^can't execute '(.*)': (.*)$/s, "failed to run command '$1': $2"]],
  touch: [[/^(.*): (.*)$/s, "cannot touch '$1': $2"]],
};
words.chgrp = words.chown;
for (const name of ['base64', 'md5sum', 'nl', 'sha1sum', 'sha256sum', 'sha512sum', 'tac'])
  words[name] = words.cat;
words.nohup = words.timeout;

/** A complaint of BusyBox's utility in the words of Debian's of that name. */
export function gnuWording(name: string, message: string): string {
  for (const [pattern, text] of words[name] ?? [])
    if (pattern.test(message)) return message.replace(pattern, text);
  return message;
}

/** Utilities that need a file, and say so. */
const ofFiles = /^(?:cp|mv|touch|ln|truncate)$/;

/** What stands in the place of BusyBox's usage. */
export function gnuUsage(name: string): string {
  return `${name}: missing ${ofFiles.test(name) ? 'file ' : ''}operand\n${gnuHint(name)}`;
}

export const gnuHint = (name: string): string => `Try '${name} --help' for more information.`;
