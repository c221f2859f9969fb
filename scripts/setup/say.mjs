// What the set-up tells the person who waits: a line per step, a spinner on a terminal when it takes long, and one
// sentence with the remedy when it fails.
import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = resolve(fileURLToPath(new URL('../..', import.meta.url)));

/** A failure that a person can mend: printed as it is, without a stack. */
export class SetupError extends Error {}

/** Runs `work`, says what it is and, when it took over a second, how long. `work` may return false for “nothing to do”. */
export async function step(title, work) {
  const started = Date.now();
  const stop = spinner(title);
  try {
    const result = await work();
    const seconds = (Date.now() - started) / 1000;
    stop(
      result === false && seconds < 1
        ? null
        : `✓ ${title}${seconds >= 1 ? ` (${seconds.toFixed(1)} s)` : ''}`,
    );
    return result;
  } catch (error) {
    stop(`✗ ${title}`);
    throw error;
  }
}

function spinner(title) {
  const live = process.stdout.isTTY;
  const started = Date.now();
  const seconds = () => Math.round((Date.now() - started) / 1000);
  let ticks = 0;
  // On a terminal the line turns; in a log it is told after 2 s, and every 10 s, that there is still something going on.
  const timer = setInterval(
    () => {
      ticks += 1;
      if (live) process.stdout.write(`\r${'⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏'[ticks % 10]} ${title} … ${seconds()} s `);
      else if (ticks % 5 === 1) console.log(`  ${title} … ${seconds()} s`);
    },
    live ? 100 : 2_000,
  );
  return (line) => {
    clearInterval(timer);
    if (live && ticks > 0) process.stdout.write('\r\x1b[K');
    if (line) console.log(line);
  };
}

/** Runs a program without a shell and keeps its output; rejects with its last lines when it fails. */
export function run(program, args, { env, cwd = root, quietly = false } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const keep = (chunk) => {
      output = (output + chunk).slice(-200_000);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', (error) => reject(new SetupError(`${program} could not be started (${error.code}).`)));
    child.on('close', (code) => {
      if (code === 0) return resolve(output);
      if (!quietly) console.error(output.trimEnd().split('\n').slice(-40).join('\n'));
      reject(new SetupError(`\`${program} ${args.join(' ')}\` ended with exit code ${code}.`));
    });
  });
}

/** As `run`, but undefined when it fails. */
export const tryRun = (program, args, options) =>
  run(program, args, { ...options, quietly: true }).catch(() => undefined);

/** Throws SetupError unless files can be made in the folder. */
export function demandWritable(folder) {
  try {
    accessSync(folder, constants.W_OK);
  } catch (error) {
    throw new SetupError(notWritten(folder, error.code));
  }
}

const reasons = {
  EACCES: 'this user may not',
  EPERM: 'this user may not',
  EROFS: 'its disk is read-only',
  ENOSPC: 'its disk is full',
  EDQUOT: 'its disk is full',
};

const notWritten = (path, code) =>
  `${path} cannot be written to: ${reasons[code] ?? code}. The set-up installs and builds in Podlab’s folder; mend that, or copy it to where there is room and you may write, and try again.`;

/** Prints the error as a person needs it, and ends the process with 1. */
export function fail(error) {
  if (error instanceof SetupError) console.error(`\nPodlab: ${error.message}`);
  // What was being written has no name in the error when the disk filled up meanwhile.
  else if (error.code in reasons) console.error(`\nPodlab: ${notWritten(error.path ?? root, error.code)}`);
  else console.error(error);
  process.exit(1);
}
