/** Why a program did not start: containerd's and runc's words, without those of every layer above them. */
export function whyNotRun(error = 'unknown reason'): string {
  const missing = /exec: "([^"]*)": (?:executable file not found|stat .*no such file)/.exec(error)?.[1];
  if (missing) return `its image has no program \`${missing}\``;
  return error.replace(/^(Internal error occurred: )+/, '').replace(/^.*OCI runtime create failed: /s, '');
}
