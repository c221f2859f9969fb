/** What a shell needs to know of its lab session. */
export interface ShellRequest {
  sessionId: string;
  /** Absolute path; holds the lab's starter files and survives restarts. */
  workingFolder: string;
  /** kubeconfig text for the address at which the shell reaches the API server. */
  kubeconfig(server?: string): string;
  /** Where the API server really listens. */
  endpoint: { host: string; port: number };
  /** For PS1 and the welcome line. */
  labTitle: string;
  namespace: string;
}

/** How far a shell is shut in, and the sentence that the page shows about it. */
export interface Isolation {
  kind: 'bubblewrap' | 'none';
  sentence: string;
}

/** The screen and program of one terminal tab: an interactive program on a PTY that survives its browser tab. */
export interface LabShell {
  readonly id: string;
  readonly title: string;
  /** What the learner calls the tab: 1–40 characters, control characters and outer blanks taken off. */
  rename(title: string): void;
  readonly state: { kind: 'running' } | { kind: 'exited'; exitCode: number; reason: string };
  /**
   * Attaches a viewer: first the whole screen as it is, then what follows. There is one viewer at a time: a later one
   * takes the place of an earlier one, which is told by `replaced`.
   */
  attach(viewer: ShellViewer): ShellAttachment;
  /** Ends the program (SIGHUP, then SIGKILL). */
  close(reason: string): Promise<void>;
}

export interface ShellViewer {
  columns: number;
  rows: number;
  /** Bytes to draw. `screen` replaces everything drawn so far. Returns false when the viewer wants a pause. */
  output(bytes: Uint8Array, kind: 'screen' | 'live'): boolean;
  exited(exitCode: number, reason: string): void;
  /** Another viewer took this one's place; nothing more comes. */
  replaced(): void;
  /** So many bytes of input have reached the program since the last call. */
  accepted(bytes: number): void;
}

export interface ShellAttachment {
  /**
   * What was typed or pasted. Returns false, and takes nothing, when more than `inputWindow` bytes are still waiting for
   * the program: a viewer sends no more than that ahead of `accepted`.
   */
  input(bytes: Uint8Array): boolean;
  resize(columns: number, rows: number): void;
  /** The viewer has caught up after `output` returned false. */
  resume(): void;
  detach(): void;
}

/** All shells of all sessions. Made once, in `server/`. */
export interface ShellHost {
  readonly isolation: Isolation;
  /** Registers a session: its folder, kubeconfig and relay. Shells saved by an earlier process come back with their screen. */
  openSession(request: ShellRequest): Promise<void>;
  createShell(sessionId: string): Promise<LabShell>;
  shells(sessionId: string): readonly LabShell[];
  find(sessionId: string, shellId: string): LabShell | undefined;
  /** Ends a shell and forgets it; nothing when there is none of that id. */
  closeShell(sessionId: string, shellId: string): Promise<void>;
  /**
   * Calls `run` whenever the session's list of shells changes: one was opened, renamed, closed, or ended by itself.
   * Returns the function that ends it.
   */
  onShellsChanged(sessionId: string, run: () => void): () => void;
  /** Ends the session's shells and forgets their screens. The working folder is the session's business. */
  closeSession(sessionId: string): Promise<void>;
  /** Server shutdown: writes screens down, ends programs. */
  shutdown(): Promise<void>;
}
