/** What is simulated of httpd.conf. */
export interface HttpdConfig {
  ports: number[];
  documentRoot: string;
  indexes: string[];
  serverName?: string;
  /** Files, or what /proc/self/fd names, with the format of their lines. */
  accessLogs: { path: string; format: string }[];
  errorLog: string;
  /** Folders whose content may be listed, by path: the longest that holds a file decides (`Options Indexes`). */
  listed: FolderRule[];
  /** Folders whose content is for everybody, or for nobody, likewise (`Require all granted`, `denied`). */
  granted: FolderRule[];
}

interface FolderRule {
  path: string;
  allowed: boolean;
}

const serverRoot = '/usr/local/apache2';

/** Directives that change nothing here. */
const ignored =
  /^(LoadModule|ServerRoot|ServerAdmin|User|Group|LogLevel|TypesConfig|AllowOverride|RequestHeader|ScriptAlias|AddType|EnableSendfile|EnableMMAP|PidFile|Timeout|KeepAlive|ServerTokens|ServerSignature)$/i;

/** The configuration, or a syntax error in httpd's words. */
export function parseHttpdConfig(text: string, path: string): HttpdConfig | string {
  const config: HttpdConfig = {
    ports: [],
    documentRoot: `${serverRoot}/htdocs`,
    indexes: ['index.html'],
    accessLogs: [],
    errorLog: '/proc/self/fd/2',
    listed: [],
    granted: [],
  };
  const formats = new Map([['common', '%h %l %u %t "%r" %>s %b']]);
  const open: { name: string; argument: string }[] = [];
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const at = `AH00526: Syntax error on line ${index + 1} of ${path}:`;
    const section = /^<(\/?)(\w+)\s*([^>]*)>$/.exec(line);
    if (section) {
      const [, closing, name = '', argument = ''] = section;
      if (!/^(Directory|Files|IfModule|Location)$/i.test(name)) return `${at}\n${notSimulated(`<${name}>`)}`;
      if (closing) open.pop();
      else open.push({ name: name.toLowerCase(), argument: argument.replace(/^"(.*)"$/, '$1') });
      continue;
    }
    const [name = '', ...values] = wordsOf(line);
    const [first = ''] = values;
    const folder = (open.findLast((each) => each.name === 'directory')?.argument ?? '/').replace(/\/$/, '');
    if (/^Listen$/i.test(name)) {
      const port = Number(first.slice(first.lastIndexOf(':') + 1));
      if (!(Number.isInteger(port) && port > 0 && port < 65_536)) return `${at}\nInvalid address or port`;
      config.ports.push(port);
    } else if (/^DocumentRoot$/i.test(name)) config.documentRoot = first.replace(/\/$/, '');
    else if (/^DirectoryIndex$/i.test(name)) config.indexes = values;
    else if (/^ServerName$/i.test(name)) config.serverName = first;
    else if (/^ErrorLog$/i.test(name)) config.errorLog = absolute(first);
    else if (/^LogFormat$/i.test(name)) formats.set(values[1] ?? '', first);
    else if (/^CustomLog$/i.test(name)) {
      if (first.startsWith('|')) return `${at}\n${notSimulated('CustomLog with a pipe')}`;
      config.accessLogs.push({
        path: absolute(first),
        format: formats.get(values[1] ?? '') ?? values[1] ?? '',
      });
    } else if (/^Options$/i.test(name)) {
      // With signs, what is not named stays as it is around.
      const absolute = values.some((value) => !/^[+-]/.test(value));
      const named = values.some((value) => /^[+-]?(Indexes|All)$/i.test(value));
      const allowed = values.some((value) => /^\+?(Indexes|All)$/i.test(value));
      if (absolute || named) config.listed.push({ path: folder, allowed });
    } else if (/^Require$/i.test(name)) {
      const everybody = /^all (granted|denied)$/i.exec(values.join(' '))?.[1]?.toLowerCase();
      if (!everybody || open.some((each) => /^(files|location)$/.test(each.name)))
        return `${at}\n${notSimulated(`Require ${values.join(' ')}`)}`;
      config.granted.push({ path: folder, allowed: everybody === 'granted' });
    } else if (!ignored.test(name)) return `${at}\n${notSimulated(name)}`;
  }
  const left = open.at(-1);
  if (left) return `${path}: <${left.name}> was not closed.`;
  if (config.ports.length === 0) return 'no listening sockets available, shutting down';
  return config;
}

/** Words, in quotes or not. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(([, quoted, plain = '']) =>
    quoted === undefined ? plain : quoted.replace(/\\(.)/g, '$1'),
  );
}

function absolute(path: string): string {
  return path.startsWith('/') ? path : `${serverRoot}/${path}`;
}

/** What the longest folder says that holds a path, the last of those of one length; undefined: none does. */
export function ruleFor(rules: readonly FolderRule[], path: string): boolean | undefined {
  const holding = rules.filter((rule) => `${path}/`.startsWith(`${rule.path}/`));
  return holding.sort((a, b) => a.path.length - b.path.length).at(-1)?.allowed;
}

function notSimulated(name: string): string {
  return `The embedded cluster does not simulate httpd's directive "${name}"; use a kind cluster for that.`;
}

export const defaultHttpdConfig = `ServerRoot "/usr/local/apache2"
Listen 80
User www-data
Group www-data
ServerAdmin you@example.com
DocumentRoot "/usr/local/apache2/htdocs"
<Directory "/usr/local/apache2/htdocs">
    Options Indexes FollowSymLinks
    AllowOverride None
    Require all granted
</Directory>
<IfModule dir_module>
    DirectoryIndex index.html
</IfModule>
ErrorLog /proc/self/fd/2
LogLevel warn
LogFormat "%h %l %u %t \\"%r\\" %>s %b \\"%{Referer}i\\" \\"%{User-Agent}i\\"" combined
LogFormat "%h %l %u %t \\"%r\\" %>s %b" common
CustomLog /proc/self/fd/1 common
`;
