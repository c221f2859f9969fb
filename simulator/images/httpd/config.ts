/** What is simulated of httpd.conf. */
export interface HttpdConfig {
  ports: number[];
  documentRoot: string;
  indexes: string[];
  serverName?: string;
}

/** Directives that change nothing here. */
const ignored =
  /^(LoadModule|ServerRoot|ServerAdmin|User|Group|ErrorLog|CustomLog|LogLevel|LogFormat|TypesConfig|Options|AllowOverride|Require|RequestHeader|ScriptAlias|AddType|Include|EnableSendfile|EnableMMAP|PidFile|Timeout|KeepAlive|ServerTokens|ServerSignature)$/i;

/** The configuration, or a syntax error in httpd's words. */
export function parseHttpdConfig(text: string, path: string): HttpdConfig | string {
  const config: HttpdConfig = {
    ports: [],
    documentRoot: '/usr/local/apache2/htdocs',
    indexes: ['index.html'],
  };
  const open: string[] = [];
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const at = `AH00526: Syntax error on line ${index + 1} of ${path}:`;
    const section = /^<(\/?)(\w+)[^>]*>$/.exec(line);
    if (section) {
      const [, closing, name = ''] = section;
      if (!/^(Directory|Files|IfModule|Location)$/i.test(name)) return `${at}\n${notSimulated(`<${name}>`)}`;
      if (closing) open.pop();
      else open.push(name);
      continue;
    }
    const [name = '', ...rest] = line.split(/\s+/);
    const value = rest.join(' ').replace(/^"(.*)"$/, '$1');
    if (/^Listen$/i.test(name)) config.ports.push(Number(value.slice(value.lastIndexOf(':') + 1)));
    else if (/^DocumentRoot$/i.test(name)) config.documentRoot = value.replace(/\/$/, '');
    else if (/^DirectoryIndex$/i.test(name)) config.indexes = rest;
    else if (/^ServerName$/i.test(name)) config.serverName = value;
    else if (!ignored.test(name)) return `${at}\n${notSimulated(name)}`;
  }
  if (open.length > 0) return `${path}: <${open.at(-1)}> was not closed.`;
  if (config.ports.length === 0) return 'no listening sockets available, shutting down';
  return config;
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
CustomLog /proc/self/fd/1 common
`;
