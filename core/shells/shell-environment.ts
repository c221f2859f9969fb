import { delimiter } from 'node:path';
import { findProgram } from './find-program';
import { inside } from './sandbox-arguments';
import { userName } from './user-name';

/** Nothing of the server's own environment is passed on but, without a sandbox, its PATH. */
const everywhere = {
  TERM: 'xterm-256color',
  COLORTERM: 'truecolor',
  LANG: process.platform === 'darwin' ? 'en_US.UTF-8' : 'C.UTF-8',
  // Inside, the learner is user 0, as whom tar would try to restore owners that are not there.
  TAR_OPTIONS: '--no-same-owner',
};

const editor = () => ['vim', 'nano', 'vi'].find((name) => findProgram(name)) ?? 'vi';

export function sandboxedEnvironment(welcome: string): Record<string, string> {
  return {
    ...everywhere,
    PATH: inside.path,
    HOME: inside.home,
    USER: 'learner',
    LOGNAME: 'learner',
    SHELL: '/bin/bash',
    EDITOR: editor(),
    KUBECONFIG: `${inside.home}/.kube/config`,
    PODLAB_RUN: inside.run,
    PODLAB_SHARE: inside.share,
    PODLAB_WELCOME: welcome,
  };
}

/** HOME is the lab's folder here too, so that history and kubeconfig of the learner's own are left alone. */
export function unsandboxedEnvironment(of: {
  home: string;
  run: string;
  share: string;
  welcome: string;
  /** Comes first on the PATH: the lab's kubectl. */
  programs: string;
}): Record<string, string> {
  const user = userName();
  const path = process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin';
  return {
    ...everywhere,
    PATH: of.programs + delimiter + path,
    HOME: of.home,
    USER: user,
    LOGNAME: user,
    SHELL: findProgram('bash') ?? '/bin/bash',
    EDITOR: editor(),
    KUBECONFIG: `${of.home}/.kube/config`,
    PODLAB_RUN: of.run,
    PODLAB_SHARE: of.share,
    PODLAB_WELCOME: of.welcome,
  };
}
