/**
 * How a lesson in one tab reaches the terminal of a workbench in another, without the server in between:
 * `ask` → the first workbench that answers `here` → `run`, for that one alone.
 */
type Message =
  | { kind: 'ask'; id: string }
  | { kind: 'here'; id: string; workbench: string }
  | { kind: 'run'; workbench: string; command: string };

const channelName = 'podlab-terminal';
const pendingKey = 'podlab-run';

/** Sends a command to a workbench open in another tab. Resolves false when none answers in time. */
export function sendToOpenWorkbench(command: string, timeoutMs = 250): Promise<boolean> {
  if (typeof BroadcastChannel === 'undefined') return Promise.resolve(false);
  const channel = new BroadcastChannel(channelName);
  const id = crypto.randomUUID();
  return new Promise<boolean>((resolve) => {
    const finish = (sent: boolean) => {
      clearTimeout(timer);
      // Closing at once may drop the last message in some browsers.
      setTimeout(() => channel.close(), 50);
      resolve(sent);
    };
    const timer = setTimeout(() => finish(false), timeoutMs);
    channel.onmessage = ({ data }: MessageEvent<Message>) => {
      if (data.kind !== 'here' || data.id !== id) return;
      channel.onmessage = null;
      channel.postMessage({ kind: 'run', workbench: data.workbench, command } satisfies Message);
      finish(true);
    };
    channel.postMessage({ kind: 'ask', id } satisfies Message);
  });
}

/** The workbench's side: `run` gets the commands meant for it. Returns the function that ends it. */
export function answerAsWorkbench(run: (command: string) => void): () => void {
  if (typeof BroadcastChannel === 'undefined') return () => {};
  const channel = new BroadcastChannel(channelName);
  const workbench = crypto.randomUUID();
  channel.onmessage = ({ data }: MessageEvent<Message>) => {
    if (data.kind === 'ask') channel.postMessage({ kind: 'here', id: data.id, workbench } satisfies Message);
    if (data.kind === 'run' && data.workbench === workbench) run(data.command);
  };
  return () => channel.close();
}

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
