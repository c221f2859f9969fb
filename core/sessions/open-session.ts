import type { ClusterKind, ClusterProvider, LabCluster } from '../clusters/cluster-provider';
import { instantiateLab, shownValues } from '../content/instantiate-lab';
import type { Lab } from '../content/lab';
import type { Course } from '../content/lesson';
import { type ErrorBody, errorBody, PodlabError } from '../errors';
import type { Grader, GraderOptions } from '../grading/grader';
import type { LabReport } from '../grading/verdict';
import type { Log } from '../log';
import type { DatabaseClient } from '../progress/database/open-database';
import { recordGrade } from '../progress/record-grade';
import type { ShellHost } from '../shells/lab-shell';
import { GradeKeeper } from './grade-keeper';
import type { SessionEvent, SessionState, SessionView } from './lab-session';
import type { SessionRecord, SessionRepository } from './session-repository';
import type { WorkingFolders } from './working-folder';

export interface SessionTools {
  providers: Record<ClusterKind, ClusterProvider>;
  shells: ShellHost;
  folders: WorkingFolders;
  repository: SessionRepository;
  database: DatabaseClient;
  courses: readonly Course[];
  createGrader: (options: GraderOptions) => Grader;
  log: Log;
}

/** Everything alive of one session: its cluster, shells, grader, and who is looking on. */
export class OpenSession {
  private state: SessionState = { kind: 'starting', line: 'Starting' };
  private cluster: LabCluster | undefined;
  private grader: Grader | undefined;
  private readonly abort = new AbortController();
  private readonly viewers = new Set<(event: SessionEvent) => void>();
  private gradingSince = new Date();
  private readonly grades: GradeKeeper;
  private setUp: Promise<void> | undefined;
  /** How often it was tried to make it ready. */
  private tries = 0;
  /** With the session's values filled in, once the namespace is known. */
  private lab: Lab;
  private unlisten: (() => void) | undefined;
  private untold: SessionEvent | undefined;

  constructor(
    readonly record: SessionRecord,
    /** As its author wrote it. */
    private readonly written: Lab,
    private readonly tools: SessionTools,
  ) {
    this.lab = written;
    const { id: sessionId, learnerId } = record;
    this.grades = new GradeKeeper({
      record: (report) => {
        const { database, courses } = this.tools;
        return recordGrade(database, courses, { sessionId, learnerId, report, since: this.gradingSince });
      },
      emit: (event) => this.emit(event),
      warn: (event, error) => this.warn(event, error),
    });
  }

  /** Makes ready whatever is not; for a session that failed, tries again. Resolves when ready or failed. */
  start(): Promise<void> {
    if (this.setUp && this.state.kind !== 'failed') return this.setUp;
    this.become({ kind: 'starting', line: 'Starting' });
    // Its cluster may have been lost while the former try was still under way, which then decides nothing any more.
    const mine = ++this.tries;
    const isLatest = () => mine === this.tries;
    this.setUp = Promise.resolve(this.setUp)
      .then(() => this.makeReady(isLatest))
      .catch((error) => {
        if (isLatest()) this.fail(error);
      });
    return this.setUp;
  }

  get isWatched(): boolean {
    return this.viewers.size > 0;
  }

  get hasFailed(): boolean {
    return this.state.kind === 'failed';
  }

  view(): SessionView {
    const { record, cluster, lab, tools } = this;
    return {
      id: record.id,
      lab: lab.id,
      labTitle: lab.title,
      state: this.state,
      clusterKind: record.cluster,
      cluster: cluster
        ? { kind: cluster.kind, title: cluster.title, version: cluster.version, namespace: cluster.namespace }
        : null,
      isolation: tools.shells.isolation,
      startedAt: record.startedAt.toISOString(),
      report: this.grader?.report ?? null,
      values: shownValues(this.written, { seed: record.seed, namespace: cluster?.namespace }),
      hints: this.hints(),
      shells: tools.shells
        .shells(record.id)
        .map(({ id, title, state }) => ({ id, title, ...(state.kind === 'exited' && { ended: true }) })),
    };
  }

  subscribe(run: (event: SessionEvent) => void): () => void {
    this.viewers.add(run);
    run({ name: 'session', data: this.view() });
    if (this.untold) run(this.untold);
    this.untold = undefined;
    return () => this.viewers.delete(run);
  }

  /** "Check my work": the grade is in the database when it resolves, or viewers have been told why it is not. */
  async check(): Promise<LabReport> {
    const report = await this.ready().check();
    await this.grades.settled();
    return report;
  }

  async hint(task: string, index?: number): Promise<void> {
    const grader = this.ready();
    if (!this.lab.tasks.some(({ id }) => id === task))
      throw new PodlabError('task-not-found', `This lab has no task “${task}”.`, 'Reload the page.', 404);
    const hint = grader.takeHint(task, index);
    if (!hint) throw new PodlabError('no-more-hints', 'There are no more hints for this task.', '', 409);
    await this.tools.repository.saveHints(this.record.id, Object.fromEntries(grader.hintsTaken));
    this.emit({ name: 'session', data: this.view() });
  }

  async createShell(): Promise<{ id: string; title: string }> {
    this.ready();
    const { id, title } = await this.tools.shells.createShell(this.record.id);
    return { id, title };
  }

  async closeShell(shellId: string): Promise<void> {
    await this.tools.shells.closeShell(this.record.id, shellId);
  }

  /** Gives back cluster, shells and folder, and tells the viewers. */
  async end(reason: string): Promise<void> {
    this.abort.abort(new PodlabError('session-ended', reason, 'Open the lab again.', 409));
    await this.setUp;
    this.grader?.close();
    this.unlisten?.();
    await this.grades.close();
    await this.tools.shells.closeSession(this.record.id);
    const { cluster, record, tools } = this;
    await (cluster ? cluster.close() : tools.providers[record.cluster].discard(record.id)).catch((error) =>
      this.warn('cluster-close-failed', error),
    );
    await tools.folders.remove(record.id).catch((error) => this.warn('folder-not-removed', error));
    this.become({ kind: 'ended', reason });
  }

  /** Server shutdown: what is under way is written down; cluster, shells and folder are kept by those who own them. */
  async leave(): Promise<void> {
    this.abort.abort(new PodlabError('shutting-down', 'Podlab is being stopped.', 'Start it again.', 503));
    await this.setUp;
    this.grader?.close();
    this.unlisten?.();
    await this.grades.close();
  }

  private async makeReady(isLatest: () => boolean): Promise<void> {
    const { record, tools } = this;
    const { signal } = this.abort;
    this.unlisten ??= tools.shells.onShellsChanged(record.id, () =>
      this.emit({ name: 'session', data: this.view() }),
    );
    const cluster = await tools.providers[record.cluster].open({
      sessionId: record.id,
      images: this.lab.images,
      signal,
      progress: (line, step) => {
        if (!signal.aborted && isLatest()) this.become({ kind: 'starting', line, ...step });
      },
    });
    const isAnother = cluster !== this.cluster;
    this.cluster = cluster;
    signal.throwIfAborted();
    if (isAnother) {
      cluster.onLost((error) => this.fail(clusterLost(cluster.title, error)));
      cluster.onFault?.((fault) => this.tellFault(fault));
    }
    this.lab = instantiateLab(this.written, { seed: record.seed, namespace: cluster.namespace });
    // What the set-up made is the learner's by then: the folder shows that it was done, if the cluster still knows of it.
    if (!cluster.takenUp || !(await tools.folders.has(record.id)))
      await this.applySetup(cluster, this.lab.setup);
    const workingFolder = await tools.folders.prepare(record.id, this.lab.files);
    const request = {
      sessionId: record.id,
      workingFolder,
      get endpoint() {
        return cluster.endpoint;
      },
      kubeconfig: (server?: string) => cluster.learnerKubeconfig(server),
      labTitle: this.lab.title,
      namespace: cluster.namespace,
    };
    await tools.shells.openSession(request);
    if (isAnother)
      cluster.onRenewed?.(() => {
        if (!signal.aborted)
          tools.shells.openSession(request).catch((error) => this.warn('kubeconfig-not-renewed', error));
      });
    if (tools.shells.shells(record.id).length === 0) await tools.shells.createShell(record.id);
    await this.startGrading(cluster);
    // It may have been lost meanwhile.
    if (this.state.kind === 'starting' && isLatest()) this.become({ kind: 'ready' });
    else this.grader?.close();
  }

  private async applySetup(cluster: LabCluster, setup: readonly unknown[]): Promise<void> {
    for (const object of setup) {
      try {
        await cluster.api.apply(object, cluster.namespace, this.abort.signal);
      } catch (cause) {
        const { kind, metadata } = object as { kind?: string; metadata?: { name?: string } };
        const why = cause instanceof Error ? cause.message : String(cause);
        throw new PodlabError(
          'lab-setup-failed',
          `The lab could not be set up: ${kind} ${metadata?.name} was refused: ${why}`,
          'Try again; if it happens again, tell the author of the lab.',
          503,
          { cause },
        );
      }
    }
  }

  private async startGrading(cluster: LabCluster): Promise<void> {
    this.grader?.close();
    const { record, lab, tools } = this;
    const grader = tools.createGrader({
      lab,
      cluster,
      seed: record.seed,
      hintsTaken: Object.fromEntries(this.grader?.hintsTaken ?? Object.entries(record.hints)),
      passedBefore: await tools.repository.passedChecks(record.id),
      onError: (error) => this.warn('grading-failed', error),
    });
    this.grader = grader;
    this.gradingSince = new Date();
    grader.onReport((report) => this.grades.publish(report));
  }

  private ready(): Grader {
    if (this.state.kind === 'ready' && this.grader) return this.grader;
    throw new PodlabError(
      'session-not-ready',
      'The lab is not ready.',
      'Wait until it is, then try again.',
      409,
    );
  }

  private hints(): SessionView['hints'] {
    const taken = this.grader?.hintsTaken ?? new Map(Object.entries(this.record.hints));
    return Object.fromEntries(
      this.lab.tasks.map(({ id, hints }) => {
        const count = taken.get(id) ?? 0;
        return [
          id,
          { taken: hints.slice(0, count).map(({ text }) => text), nextCost: hints[count]?.cost ?? null },
        ];
      }),
    );
  }

  /** To who looks on, else to the next who does. The cluster has logged the cause. */
  private tellFault(fault: PodlabError): void {
    const event: SessionEvent = { name: 'error', data: errorBody(fault).error };
    if (this.isWatched) this.emit(event);
    else this.untold = event;
  }

  private fail(error: unknown): void {
    if (this.abort.signal.aborted || this.state.kind === 'failed') return;
    this.warn('session-failed', error);
    this.grader?.close();
    const body: ErrorBody['error'] = errorBody(error).error;
    this.become({ kind: 'failed', error: body });
  }

  private become(state: SessionState): void {
    this.state = state;
    this.emit({ name: 'session', data: this.view() });
  }

  private emit(event: SessionEvent): void {
    for (const run of this.viewers)
      try {
        run(event);
      } catch (error) {
        // A browser's stream that broke is no matter for the others, nor for what is being saved.
        this.warn('viewer-failed', error);
      }
  }

  private warn(event: string, error: unknown): void {
    this.tools.log.warn(event, {
      sessionId: this.record.id,
      lab: this.lab.id,
      cluster: this.record.cluster,
      error,
    });
  }
}

function clusterLost(title: string, cause: Error): PodlabError {
  return new PodlabError(
    'cluster-lost',
    `The connection to the ${title} was lost: ${cause.message}`,
    'Your saved points stay. Try again: the lab is taken up as the cluster last kept it.',
    503,
    { cause },
  );
}
