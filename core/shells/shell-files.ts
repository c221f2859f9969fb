import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Relay } from './api-relay';
import { generatedEtc, inside, learnerId } from './sandbox-arguments';

const etc = (learner: number): Record<(typeof generatedEtc)[number], string> => ({
  passwd: `learner:x:${learner}:${learner}:Learner:${inside.home}:/bin/bash\nnobody:x:65534:65534:nobody:/:/usr/sbin/nologin\n`,
  group: `learner:x:${learner}:\nnogroup:x:65534:\n`,
  hosts: '127.0.0.1 localhost lab\n::1 localhost\n',
  hostname: 'lab\n',
  'nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files\n',
  'resolv.conf': '# A lab has no network but its own loopback; kubectl reaches its cluster there.\n',
});

/**
 * How every shell starts. What it needs to know comes in variables named PODLAB_…, which it unsets. It copies the
 * kubeconfig itself: the server never writes where a learner could have laid a symbolic link.
 */
const bashrc = String.raw`shopt -s histappend checkwinsize
HISTFILE=$HOME/.bash_history
HISTSIZE=5000
HISTFILESIZE=5000
HISTCONTROL=ignoreboth
# A prompt begins a line, also after output that does not end one: blanks to the edge wrap unless it was empty.
__podlab_prompt() {
  history -a
  local from=$HOME/.kube/.from-podlab
  if [[ -e $from && $__podlab_run/kubeconfig -nt $from ]]; then __podlab_kubeconfig; fi
  if [ -n "$COLUMNS" ]; then printf '%*s\r\e[K' $((COLUMNS - 1)) ''; fi
}
PROMPT_COMMAND=__podlab_prompt
PS1='\[\e[1;32m\]lab\[\e[0m\] \[\e[1;34m\]\w\[\e[0m\] $ '

# The lab's kubeconfig changes when its credentials are renewed; the learner's own changes to it stay until then.
__podlab_run=$PODLAB_RUN
__podlab_kubeconfig() {
  local of=$__podlab_run/kubeconfig to=$HOME/.kube
  mkdir -p "$to" || return
  if [ -s "$to/config" ] && [ "$(<"$of")" = "$(<"$to/.from-podlab")" ]; then
    touch "$to/.from-podlab"
  else
    rm -f "$to/config" "$to/.from-podlab"
    (umask 077 && cp "$of" "$to/config" && cp "$of" "$to/.from-podlab")
  fi
} 2>/dev/null
__podlab_kubeconfig

alias k=kubectl
alias ls='ls --color=auto'
alias ll='ls -l'
alias grep='grep --color=auto'
if ! command ls --color=auto / >/dev/null 2>&1; then unalias ls; fi

# Completion takes a while to load: the first Tab does it, not the first prompt.
__podlab_completion=$PODLAB_SHARE/kubectl-completion.bash
__podlab_load_completion() {
  local library
  if ! declare -F _get_comp_words_by_ref >/dev/null; then
    for library in /usr/share/bash-completion/bash_completion /etc/bash_completion /opt/homebrew/etc/profile.d/bash_completion.sh; do
      if [ -r "$library" ]; then . "$library"; break; fi
    done
  fi
  if ! declare -F _get_comp_words_by_ref >/dev/null; then
    _get_comp_words_by_ref() { cur=${'$'}{COMP_WORDS[COMP_CWORD]}; prev=${'$'}{COMP_WORDS[COMP_CWORD-1]}; words=("${'$'}{COMP_WORDS[@]}"); cword=$COMP_CWORD; }
    __ltrim_colon_completions() { :; }
  fi
  if [ -r "$__podlab_completion" ]; then
    . "$__podlab_completion"
    complete -o default -F __start_kubectl kubectl k
  else
    complete -r kubectl k 2>/dev/null
  fi
  return 124
}
complete -F __podlab_load_completion kubectl k

if [ -n "$PODLAB_WELCOME" ]; then printf '\e[2m%s\e[0m\n' "$PODLAB_WELCOME"; fi
unset PODLAB_RUN PODLAB_SHARE PODLAB_WELCOME
if [ -r "$HOME/.bashrc" ]; then . "$HOME/.bashrc"; fi
`;

/**
 * Writes what all shells share below `folder`: `share/` (bashrc, relay, later the completion) and `etc/`. `ownUsers`: learners
 * are users of their own, who must be able to read it.
 */
export async function writeShellFiles(
  folder: string,
  relay: Relay | undefined,
  ownUsers: boolean,
): Promise<{ share: string; etc: string }> {
  const share = join(folder, 'share');
  const etcFolder = join(folder, 'etc');
  await mkdir(share, { recursive: true });
  await mkdir(etcFolder, { recursive: true });
  const texts = etc(ownUsers ? learnerId : 0);
  const files = [
    { path: join(share, 'bashrc'), text: bashrc },
    ...(relay?.file ? [{ path: join(share, relay.file.name), text: relay.file.text }] : []),
    ...generatedEtc.map((name) => ({ path: join(etcFolder, name), text: texts[name] })),
  ];
  await Promise.all(files.map(({ path, text }) => writeFile(path, text)));
  // Whatever the server's umask is.
  await Promise.all([share, etcFolder].map((path) => chmod(path, 0o755)));
  await Promise.all(files.map(({ path }) => chmod(path, 0o644)));
  return { share, etc: etcFolder };
}
