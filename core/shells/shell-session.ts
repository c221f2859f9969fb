import { randomBytes } from 'node:crypto';
import { chown, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PodlabError } from '../errors';
import type { Log } from '../log';
import { type ApiSocket, listenForApi } from './api-relay';
import { type LabSandbox, startSandbox } from './lab-sandbox';
import type { ShellRequest } from './lab-shell';
import { giveFolder, labUser } from './lab-user';
import { type PtyCommand, startPty } from './pty-process';
import { PtyShell } from './pty-shell';
import { hiddenAmong, inside, readHostLayout } from './sandbox-arguments';
import type { SavedShell } from './saved-screens';
import { sandboxedEnvironment, unsandboxedEnvironment } from './shell-environment';
import type { ProcessRecords } from './terminal-processes';
import { TerminalScreen } from './terminal-screen';

/** What all sessions of a host share. */
export interface SessionSurroundings {
  /** Relay command when shells are shut in; undefined when they are not. */
  relay: string | undefined;
  /** Each session's programs run as a user of their own. */
  ownUsers: boolean;
  share: string;
  etc: string;
  /** Folders that no shell that is shut in may see: absolute, without links. */
  hidden: readonly string[];
  /** Folder for sockets and kubeconfigs, short enough for a socket's path. */
  run: string;
  kubectl: string | undefined;
  /** Folder in which kubectl is called so, for shells that are not shut in. */
  programs: string;
  bash: string;
  records: ProcessRecords;
  log: Log;
}

const firstColumns = 80;
const firstRows = 24;
const restartLine = 'Podlab was restarted: this is a new shell, and what ran in the old one has ended.';

/** One lab session's shells, and the sandbox and API socket that they share. */
export class ShellSession {
  readonly shells = new Map<string, PtyShell>();
  /** Titles of shells that are being started: those count too, and two must not get one title. */
  readonly beginning = new Set<string>();
  private readonly folder: string;
  private socket: ApiSocket | undefined;
  private sandbox: Promise<LabSandbox> | undefined;
  private closed = false;
  private readonly user: number | undefined;

  constructor(
    private request: ShellRequest,
    private readonly around: SessionSurroundings,
    /** The list of shells, or what it tells of one, has changed. */
    private readonly onChange: () => void = () => {},
  ) {
    this.folder = join(around.run, request.sessionId);
    this.user = around.ownUsers ? labUser(request.sessionId) : undefined;
  }

  /** Makes ready, or takes over a changed request: the cluster may have come back at another address. */
  async open(request = this.request): Promise<void> {
    this.request = request;
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const text = request.kubeconfig(this.around.relay && `https://127.0.0.1:${inside.apiPort}`);
    const file = join(this.folder, 'kubeconfig');
    // Replaced in one step: a shell that starts now must not copy half of it.
    await writeFile(`${file}.new`, text, { mode: 0o600 });
    await this.giveToLearner(`${file}.new`);
    await rename(`${file}.new`, file);
    if (!this.around.relay) return;
    const socket = join(this.folder, 'api.sock');
    this.socket ??= await listenForApi(socket, () => this.request.endpoint);
    await this.giveToLearner(socket);
    await this.giveToLearner(this.folder);
    await this.enterSandbox();
  }

  async start(title: string, saved?: SavedShell): Promise<PtyShell> {
    this.beginning.add(title);
    try {
      return await this.startNow(title, saved);
    } catch (error) {
      this.beginning.delete(title);
      throw error;
    }
  }

  private async startNow(title: string, saved?: SavedShell): Promise<PtyShell> {
    const columns = saved?.columns ?? firstColumns;
    const rows = saved?.rows ?? firstRows;
    const command = await this.command(saved ? '' : this.welcome(), columns, rows);
    // It may have been closed while the sandbox was made: nobody would end this shell.
    if (this.closed)
      throw new PodlabError('session-not-open', 'This lab was ended.', 'Open the lab again.', 409);
    const screen = new TerminalScreen(columns, rows);
    if (saved) screen.feed(Buffer.from(`${saved.screen}\x1b[0m\r\n\x1b[2m── ${restartLine} ──\x1b[0m\r\n`));
    try {
      const shell = new PtyShell({
        id: saved?.id ?? randomBytes(6).toString('hex'),
        title,
        screen,
        start: (events) => startPty(command, events),
        onExit: ({ pid }) => {
          void this.around.records.remove(pid).catch(() => {});
          this.onChange();
        },
        onRename: this.onChange,
      });
      this.beginning.delete(title);
      this.shells.set(shell.id, shell);
      this.onChange();
      await this.around.records.add(shell.pid).catch((error) => {
        this.around.log.warn('process-not-recorded', { error });
      });
      return shell;
    } catch (cause) {
      screen.dispose();
      throw new PodlabError(
        'shell-not-started',
        `No terminal could be started: ${cause instanceof Error ? cause.message : cause}.`,
        'Close other terminals, then try again; the server log tells more.',
        503,
        { cause },
      );
    }
  }

  /** Differs whenever `saved` would. */
  get version(): string {
    const running = [...this.shells.values()].filter(({ state }) => state.kind === 'running');
    return JSON.stringify(running.map(({ id, title, screen }) => [id, title, screen.version]));
  }

  /** What is left of each running shell, for the next server process. */
  async saved(): Promise<SavedShell[]> {
    const running = [...this.shells.values()].filter(({ state }) => state.kind === 'running');
    return Promise.all(
      running.map(async ({ id, title, screen }) => ({
        id,
        title,
        columns: screen.columns,
        rows: screen.rows,
        screen: await screen.remains(),
      })),
    );
  }

  forget(shell: PtyShell): void {
    this.shells.delete(shell.id);
    shell.screen.dispose();
    this.onChange();
  }

  /** Ends everything and removes the session's own folder. The working folder stays. */
  async close(reason: string): Promise<void> {
    this.closed = true;
    await Promise.all([...this.shells.values()].map((shell) => shell.close(reason)));
    for (const shell of this.shells.values()) this.forget(shell);
    await (await this.sandbox?.catch(() => undefined))?.close();
    await this.socket?.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** What the sandbox shows to the learner, read-only. */
  private async giveToLearner(path: string): Promise<void> {
    if (this.user !== undefined) await chown(path, this.user, this.user);
  }

  private welcome(): string {
    return this.around.kubectl
      ? `kubectl (or k) works on namespace ${this.request.namespace} of this lab’s cluster.`
      : 'There is no kubectl on this machine. Install version 1.30 or newer, then start Podlab again.';
  }

  private async command(welcome: string, columns: number, rows: number): Promise<PtyCommand> {
    const { bash, share, programs } = this.around;
    const size = { columns, rows };
    if (!this.around.relay) {
      const { workingFolder: folder } = this.request;
      const env = unsandboxedEnvironment({ home: folder, run: this.folder, share, welcome, programs });
      return { program: bash, args: ['--rcfile', join(share, 'bashrc'), '-i'], folder, env, ...size };
    }
    const sandbox = await this.enterSandbox();
    const { program, args } = sandbox.wrap({
      program: '/bin/bash',
      args: ['--rcfile', `${inside.share}/bashrc`, '-i'],
      folder: inside.home,
      env: sandboxedEnvironment(welcome),
    });
    return { program, args, folder: '/', env: { PATH: inside.path }, owner: this.user, ...size };
  }

  /** The session's sandbox; a new one when the last has ended, by the learner's `kill` for instance. */
  private enterSandbox(): Promise<LabSandbox> {
    if (this.closed)
      throw new PodlabError('session-not-open', 'This lab was ended.', 'Open the lab again.', 409);
    this.sandbox ??= this.makeSandbox().catch((cause) => {
      this.sandbox = undefined;
      throw new PodlabError(
        'sandbox-not-started',
        `The sandbox of this lab’s terminals could not be started: ${cause instanceof Error ? cause.message : cause}.`,
        'Try again; the server log tells more.',
        503,
        { cause },
      );
    });
    return this.sandbox;
  }

  private async makeSandbox(): Promise<LabSandbox> {
    const { share, etc, kubectl, hidden, relay = '' } = this.around;
    const layout = readHostLayout();
    if (this.user !== undefined) await giveFolder(this.request.workingFolder, this.user);
    const plan = {
      home: this.request.workingFolder,
      share,
      etc,
      run: this.folder,
      kubectl,
      user: this.user,
      layout,
      hidden: hiddenAmong(hidden, layout),
    };
    const sandbox = await startSandbox(plan, relay);
    sandbox.onEnd(() => {
      this.sandbox = undefined;
      for (const shell of this.shells.values())
        shell.expectEnd('Every program of this lab was ended. Open a new terminal.');
    });
    return sandbox;
  }
}
