/**
 * How the commands of a lesson reach a terminal. A workbench around the lesson hears `runEvent`. One in another tab is
 * found without the server in between: `ask` → every workbench answers `here` → `run`, for one of them → `said`.
 */
type Message =
  | { kind: 'ask'; id: string }
  | { kind: 'here'; id: string; workbench: string; lab: string; title: string }
  | { kind: 'run'; id: string; workbench: string; command: string }
  | { kind: 'said'; id: string; said: string };

/** Who takes it calls preventDefault, and writes into `said` what becomes of the command. */
export const runEvent = 'podlab:run';
export interface RunRequest {
  command: string;
  said: string;
}

/** Said when a command was typed at once. */
export const sentToTerminal = 'Sent to your terminal.';

const channelName = 'podlab-terminal';
/** Held by a workbench for as long as it answers, followed by its lab. */
const lockPrefix = 'podlab-workbench:';
const pendingKey = 'podlab-run';

/**
 * Sends a command to a workbench open in another tab, if it is one of `labs` (null: of any). Resolves with what becomes
 * of it there, or with null when none answers in time.
 */
export async function sendToOpenWorkbench(
  command: string,
  labs: readonly string[] | null,
  timeoutMs?: number,
): Promise<string | null> {
  if (typeof BroadcastChannel === 'undefined') return null;
  const open = await openLabs();
  if (open && !open.some((lab) => labs?.includes(lab) ?? true)) return null;
  const patienceMs = timeoutMs ?? (open ? 10_000 : 800);
  const channel = new BroadcastChannel(channelName);
  const id = newId();
  let title: string | undefined;
  return new Promise<string | null>((resolve) => {
    const finish = (said: string | null) => {
      clearTimeout(timer);
      channel.onmessage = null;
      // Closing at once may drop the last message in some browsers.
      setTimeout(() => channel.close(), 50);
      resolve(said && `${said} (“${title}”, in another tab)`);
    };
    const timer = setTimeout(() => finish(title === undefined ? null : sentToTerminal), patienceMs);
    channel.onmessage = ({ data }: MessageEvent<Message>) => {
      if (data.id !== id) return;
      if (data.kind === 'said') finish(data.said);
      if (data.kind !== 'here' || title !== undefined || (labs && !labs.includes(data.lab))) return;
      title = data.title;
      channel.postMessage({ kind: 'run', id, workbench: data.workbench, command } satisfies Message);
    };
    channel.postMessage({ kind: 'ask', id } satisfies Message);
  });
}

/** The workbench's side: `run` gets the commands meant for it. Returns the function that ends it. */
export function answerAsWorkbench(
  { id: lab, title }: { id: string; title: string },
  run: (command: string) => string,
): () => void {
  if (typeof BroadcastChannel === 'undefined') return () => {};
  const channel = new BroadcastChannel(channelName);
  const workbench = newId();
  const tell = (message: Message) => channel.postMessage(message);
  channel.onmessage = ({ data }: MessageEvent<Message>) => {
    if (data.kind === 'ask') tell({ kind: 'here', id: data.id, workbench, lab, title });
    if (data.kind === 'run' && data.workbench === workbench)
      tell({ kind: 'said', id: data.id, said: run(data.command) });
  };
  let letGo = () => {};
  const untilEnd = new Promise<void>((done) => {
    letGo = done;
  });
  void navigator.locks?.request(lockPrefix + lab, { mode: 'shared' }, () => untilEnd);
  return () => {
    channel.close();
    letGo();
  };
}

/** The labs that workbenches in this browser show; undefined where it does not tell (pages not from a secure origin). */
async function openLabs(): Promise<string[] | undefined> {
  const locks = await navigator.locks?.query();
  return locks?.held?.flatMap(({ name }) =>
    name?.startsWith(lockPrefix) ? [name.slice(lockPrefix.length)] : [],
  );
}

const newId = () => Math.random().toString(36).slice(2);

/** Keeps a command for the workbench that this tab goes to next. */
export function leaveForWorkbench(command: string): void {
  sessionStorage.setItem(pendingKey, command);
}

/** The command left for this tab's workbench, once. */
export function takeLeftCommand(): string | null {
  const command = sessionStorage.getItem(pendingKey);
  sessionStorage.removeItem(pendingKey);
  return command;
}
