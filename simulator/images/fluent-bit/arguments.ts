import type { Section } from './config';

export interface Given {
  config: string | undefined;
  sections: Section[];
  parserFiles: string[];
  quiet: boolean;
  dryRun: boolean;
}

const kinds: Record<string, string> = {
  '-i': 'input',
  '--input': 'input',
  '-F': 'filter',
  '--filter': 'filter',
  '-o': 'output',
  '--output': 'output',
};
const properties: Record<string, string> = { '-t': 'tag', '--tag': 'tag', '-m': 'match', '--match': 'match' };

/** The command line of fluent-bit; or what to print instead, and the exit code. */
export function parseArguments(args: readonly string[]): Given | { text: string; code: number } {
  const given: Given = { config: undefined, sections: [], parserFiles: [], quiet: false, dryRun: false };
  const words = args.flatMap((arg) =>
    /^--[\w-]+=/.test(arg) ? [arg.slice(0, arg.indexOf('=')), arg.slice(arg.indexOf('=') + 1)] : [arg],
  );
  const service: Section = { kind: 'service', properties: [] };
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    const value = () => words[++at] ?? '';
    const kind = kinds[word];
    const name = properties[word];
    if (word === '-V' || word === '--version') return { text: 'Fluent Bit vVERSION\n', code: 0 };
    if (kind !== undefined) given.sections.push({ kind, properties: [['name', value()]] });
    else if (name !== undefined) given.sections.at(-1)?.properties.push([name, value()]);
    else if (word === '-p' || word === '--prop') {
      const [key = '', ...rest] = value().split('=');
      given.sections.at(-1)?.properties.push([key.toLowerCase(), rest.join('=')]);
    } else if (word === '-c' || word === '--config') given.config = value();
    else if (word === '-R' || word === '--parser') given.parserFiles.push(value());
    else if (word === '-f' || word === '--flush') service.properties.push(['flush', value()]);
    else if (word === '-q' || word === '--quiet') given.quiet = true;
    else if (word === '-v' || word === '-vv') service.properties.push(['log_level', 'debug']);
    else if (word === '-H' || word === '--http') service.properties.push(['http_server', 'on']);
    else if (word === '-P' || word === '--port') service.properties.push(['http_port', value()]);
    else if (word === '-D' || word === '--dry-run') given.dryRun = true;
    else
      return {
        text: `fluent-bit: The embedded cluster does not simulate "fluent-bit ${word}"; use a kind cluster for that.\n`,
        code: 1,
      };
  }
  if (service.properties.length > 0) given.sections.unshift(service);
  return given;
}
