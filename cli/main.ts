#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { isPodlabError, PodlabError } from '../core/errors';
import { serveOptions } from './serve-settings';
import { usage } from './usage';

/**
 * `podlab`: exit status 0 when all is well, 1 when what was asked for failed, 2 when it was asked wrongly. Every failure is a
 * sentence on stderr with what to do about it.
 */
async function main(words: readonly string[]): Promise<number> {
  const [command = 'help', ...rest] = words;
  if (rest.includes('--help') || rest.includes('-h'))
    return help(command === 'labs' ? `labs ${rest[0]}` : command);
  switch (command) {
    case 'serve':
      return (await import('./serve')).serve(values(rest, serveOptions));
    case 'simulator':
      return (await import('../simulator/command')).simulatorCommand(rest);
    case 'doctor': {
      options(rest, {});
      return (await import('./doctor')).doctor();
    }
    case 'labs':
      return labs(rest);
    case 'help':
    case '--help':
    case '-h':
      return help(rest.join(' '));
    default:
      throw wrongUse(`"${command}" is not a command of podlab`);
  }
}

async function labs([command, ...rest]: readonly string[]): Promise<number> {
  if (command === 'lint') {
    const { positionals } = options(rest, {});
    return (await import('./labs-lint')).labsLint(positionals);
  }
  if (command === 'test') {
    const { values, positionals } = options(rest, {
      cluster: { type: 'string', default: 'embedded' },
      jobs: { type: 'string' },
      only: { type: 'string' },
      verbose: { type: 'boolean', short: 'v' },
    });
    const cluster = String(values.cluster);
    if (cluster !== 'embedded' && cluster !== 'kind' && cluster !== 'kubeconfig')
      throw wrongUse(`--cluster is "${cluster}", not embedded, kind or kubeconfig`);
    const jobs = values.jobs === undefined ? undefined : Number(values.jobs);
    if (jobs !== undefined && !(Number.isInteger(jobs) && jobs > 0))
      throw wrongUse(`--jobs is "${values.jobs}", not a whole number above 0`);
    const only = values.only === undefined ? undefined : String(values.only);
    return (await import('./labs-test')).labsTest(positionals, {
      cluster,
      jobs,
      only,
      verbose: values.verbose === true,
    });
  }
  throw wrongUse(command ? `"${command}" is not a command of podlab labs` : 'podlab labs needs a command');
}

type Options = NonNullable<Parameters<typeof parseArgs>[0]>['options'];

function options(args: readonly string[], known: NonNullable<Options>) {
  try {
    return parseArgs({ args: [...args], options: known, allowPositionals: true });
  } catch (error) {
    throw wrongUse(error instanceof Error ? (error.message.split('. ')[0] ?? error.message) : String(error));
  }
}

/** Options that each take a value, and nothing else. */
function values(args: readonly string[], names: object) {
  const known = Object.fromEntries(Object.keys(names).map((name) => [name, { type: 'string' as const }]));
  const { values, positionals } = options(args, known);
  if (positionals[0] !== undefined) throw wrongUse(`"${positionals[0]}" is not expected here`);
  return values as Record<string, string | boolean>;
}

function wrongUse(message: string): PodlabError {
  return new PodlabError('usage', `${message}.`, 'Run `podlab help` to see what there is.');
}

function help(topic: string): number {
  process.stdout.write(usage[topic] ?? usage.podlab ?? '');
  return 0;
}

main(process.argv.slice(2)).then(
  (status) => {
    process.exitCode = status;
  },
  (error: unknown) => {
    if (isPodlabError(error)) {
      process.stderr.write(`podlab: ${error.message}${error.remedy ? `\n${error.remedy}` : ''}\n`);
      process.exitCode = error.code === 'usage' ? 2 : 1;
    } else {
      process.stderr.write(
        `podlab: something went wrong inside Podlab.\n${error instanceof Error ? error.stack : error}\n`,
      );
      process.exitCode = 1;
    }
  },
);
