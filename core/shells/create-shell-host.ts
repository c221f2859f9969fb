import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PodlabError } from '../errors';
import type { Log } from '../log';
import { detectIsolation } from './detect-isolation';
import { findProgram } from './find-program';
import { prepareCompletion } from './kubectl-completion';
import type { LabShell, ShellHost, ShellRequest } from './lab-shell';
import { linkProgram } from './link-program';
import type { PtyShell } from './pty-shell';
import { SavedScreens } from './saved-screens';
import { writeShellFiles } from './shell-files';
import { type SessionSurroundings, ShellSession } from './shell-session';
import { ProcessRecords } from './terminal-processes';

export interface ShellHostOptions {
  /** Folder for what shells need and leave; made when it is not there. */
  folder: string;
  sandbox: 'auto' | 'bubblewrap' | 'none';
  /** Folders that no learner may see, such as those of other learners and of the labs' solutions. Absolute. */
  hidden?: readonly string[];
  /** Absolute path; by default the first kubectl on the PATH. */
  kubectl?: string | undefined;
  /** Most running shells in a session. */
  perSession: number;
  /** Milliseconds without input and output after which a shell ends. */
  idleMs: number;
  /** Milliseconds without a viewer after which a shell ends. */
  abandonedMs: number;
  log: Log;
}

const idleCheckEveryMs = 30_000;
const mostExitedKept = 4;
const saveEveryMs = 30_000;

/**
 * Makes the host of all shells: finds out how they can be shut in, and ends what a crashed server left behind. Throws
 * PodlabError `sandbox-unavailable` or `shells-unavailable`.
 */
export async function createShellHost(options: ShellHostOptions): Promise<ShellHost> {
  const { folder, log } = options;
  const bash = findProgram('bash');
  if (!bash)
    throw new PodlabError(
      'shells-unavailable',
      'There is no bash on the PATH.',
      'Install bash, then start again.',
    );
  const found = await detectIsolation(options.sandbox);
  if (found.reason) log.warn('no-sandbox', { reason: found.reason });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const records = new ProcessRecords(join(folder, 'processes'));
  const leftovers = await records.endLeftovers();
  if (leftovers > 0) log.warn('leftover-processes-ended', { count: leftovers });
  const { share, etc } = await writeShellFiles(folder, found.relay, found.ownUsers);
  const kubectl = findProgram(options.kubectl ?? 'kubectl');
  const programs = join(folder, 'bin');
  if (kubectl) {
    await linkProgram(kubectl, 'kubectl', programs);
    prepareCompletion(kubectl, share).catch((error) => log.warn('no-kubectl-completion', { kubectl, error }));
  } else log.warn('no-kubectl', { wanted: options.kubectl ?? 'any on the PATH' });
  const around: SessionSurroundings = {
    relay: found.relay?.command,
    ownUsers: found.ownUsers,
    share,
    etc,
    hidden: await withoutLinks([folder, ...(options.hidden ?? [])]),
    run: await makeRunFolder(folder),
    kubectl,
    programs,
    bash,
    records,
    log,
  };
  return hostOf(options, around, new SavedScreens(join(folder, 'screens')), found.isolation);
}

function hostOf(
  { perSession, idleMs, abandonedMs, log }: ShellHostOptions,
  around: SessionSurroundings,
  screens: SavedScreens,
  isolation: ShellHost['isolation'],
): ShellHost {
  const sessions = new Map<string, ShellSession>();
  const opening = new Map<string, Promise<void>>();
  const listeners = new Map<string, Set<() => void>>();
  /** Session → version of what was saved last. */
  const savedVersions = new Map<string, string>();
  let saving: Promise<void> | undefined;
  let closed = false;

  const saveTimer = setInterval(() => {
    saving ??= saveChanged().finally(() => {
      saving = undefined;
    });
  }, saveEveryMs);
  saveTimer.unref();
  const idleTimer = setInterval(() => endIdle(performance.now()), idleCheckEveryMs);
  idleTimer.unref();

  async function open(request: ShellRequest): Promise<void> {
    const { sessionId } = request;
    const known = sessions.get(sessionId);
    if (known) return known.open(request);
    const session = new ShellSession(request, around, () => {
      for (const run of listeners.get(sessionId) ?? []) run();
    });
    try {
      await session.open();
      for (const saved of await screens.load(sessionId)) await session.start(saved.title, saved);
    } catch (error) {
      await session.close('The terminals could not be made ready.');
      throw error;
    }
    sessions.set(sessionId, session);
  }

  function sessionOrThrow(sessionId: string): ShellSession {
    const session = sessions.get(sessionId);
    if (session && !closed) return session;
    throw new PodlabError(
      'session-not-open',
      closed ? 'Podlab is being stopped.' : 'The terminals of this lab are not ready.',
      closed ? 'Start it again.' : 'Wait until the lab is ready, then try again.',
      closed ? 503 : 409,
    );
  }

  function endIdle(now: number): void {
    for (const session of sessions.values())
      for (const shell of session.shells.values()) {
        if (shell.state.kind !== 'running') continue;
        const { activeMs, seenMs } = shell.idle(now);
        const reason =
          activeMs >= idleMs
            ? `Nothing happened in this terminal for ${spoken(idleMs)}, so it was ended.`
            : seenMs >= abandonedMs
              ? `Nobody looked at this terminal for ${spoken(abandonedMs)}, so it was ended.`
              : undefined;
        if (reason) shell.close(reason).catch((error) => log.error('shell-not-closed', { error }));
      }
  }

  /** So that a crash loses no more than what was printed since. One after the other: nobody waits for it. */
  async function saveChanged(): Promise<void> {
    for (const [sessionId, session] of sessions) {
      const { version } = session;
      if (savedVersions.get(sessionId) === version) continue;
      try {
        const shells = await session.saved();
        if (sessions.get(sessionId) !== session) continue;
        await screens.save(sessionId, shells);
        savedVersions.set(sessionId, version);
      } catch (error) {
        log.error('screens-not-saved', { sessionId, error });
      }
    }
  }

  return {
    isolation,
    async openSession(request) {
      const { sessionId } = request;
      // One after the other: a second one may come while the first is under way.
      const turn = (opening.get(sessionId) ?? Promise.resolve()).catch(() => {}).then(() => open(request));
      opening.set(sessionId, turn);
      try {
        await turn;
      } finally {
        if (opening.get(sessionId) === turn) opening.delete(sessionId);
      }
    },
    async createShell(sessionId) {
      const session = sessionOrThrow(sessionId);
      const shells = [...session.shells.values()];
      const { beginning } = session;
      if (shells.filter(isRunning).length + beginning.size >= perSession)
        throw new PodlabError(
          'too-many-terminals',
          `A lab has at most ${perSession} terminals at a time.`,
          'Close one that you no longer need.',
          409,
        );
      const exited = shells.filter((shell) => !isRunning(shell));
      for (const shell of exited.slice(0, Math.max(0, exited.length - mostExitedKept))) session.forget(shell);
      return session.start(freeTitle([...shells.map(({ title }) => title), ...beginning]));
    },
    shells: (sessionId) => [...(sessions.get(sessionId)?.shells.values() ?? [])],
    find: (sessionId, shellId) => sessions.get(sessionId)?.shells.get(shellId),
    async closeShell(sessionId, shellId) {
      const session = sessions.get(sessionId);
      const shell = session?.shells.get(shellId);
      if (!session || !shell) return;
      await shell.close('This terminal was closed.');
      session.forget(shell);
    },
    onShellsChanged(sessionId, run) {
      const runs = listeners.get(sessionId) ?? new Set();
      listeners.set(sessionId, runs.add(run));
      return () => {
        runs.delete(run);
        if (runs.size === 0 && listeners.get(sessionId) === runs) listeners.delete(sessionId);
      };
    },
    async closeSession(sessionId) {
      await opening.get(sessionId)?.catch(() => {});
      const session = sessions.get(sessionId);
      sessions.delete(sessionId);
      savedVersions.delete(sessionId);
      await session?.close('The lab was ended.');
      // A screen that is being saved would come after its removal.
      await saving;
      await screens.forget(sessionId);
    },
    async shutdown() {
      closed = true;
      clearInterval(idleTimer);
      clearInterval(saveTimer);
      await saving;
      await Promise.allSettled(opening.values());
      await Promise.all(
        [...sessions].map(async ([sessionId, session]) => {
          await screens
            .save(sessionId, await session.saved())
            .catch((error) => log.error('screens-not-saved', { sessionId, error }));
          await session.close('Podlab was stopped.');
        }),
      );
      sessions.clear();
      await rm(around.run, { recursive: true, force: true });
    },
  };
}

/** Where they really are; one that is not there hides nothing. */
async function withoutLinks(folders: readonly string[]): Promise<string[]> {
  const found = await Promise.all(folders.map((folder) => realpath(folder).catch(() => undefined)));
  return found.filter((folder) => folder !== undefined);
}

const isRunning = (shell: LabShell | PtyShell) => shell.state.kind === 'running';

/** "Terminal 1", or the lowest number that no tab has. */
function freeTitle(titles: readonly string[]): string {
  const taken = new Set(titles);
  let number = 1;
  while (taken.has(`Terminal ${number}`)) number++;
  return `Terminal ${number}`;
}

function spoken(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  const [count, unit] = minutes % 60 === 0 ? [minutes / 60, 'hour'] : [minutes, 'minute'];
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

/** A new folder with a short path, as those of unix sockets must be. The one of a crashed server is removed. */
async function makeRunFolder(folder: string): Promise<string> {
  const note = join(folder, 'run-folder');
  const former = await readFile(note, 'utf8').catch(() => '');
  const prefix = join(tmpdir(), 'podlab-run-');
  if (former.startsWith(prefix) && !former.slice(prefix.length).includes('/'))
    await rm(former, { recursive: true, force: true });
  const run = await mkdtemp(prefix);
  await writeFile(note, run);
  return run;
}
