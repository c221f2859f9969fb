import type { Image } from '../image';
import { defaultServer, mainConfig } from './default-files';

/** The release that images built on nginx hold here. */
const release = '1.27';

/** registry.k8s.io/nginx-slim: nginx on Debian without the entrypoint of the official image. */
function slim(nginx: Image): Image {
  return {
    ...nginx,
    name: 'nginx-slim',
    repositories: [],
    hasTag: (tag) => /^0\.([1-9]|[12]\d|3\d)$/.test(tag),
    config: () => {
      const { stopSignal: _quit, ...config } = nginx.config(release);
      return { ...config, entrypoint: [] };
    },
    build: (root) => nginx.build(root, release),
  };
}

/** nginxinc/nginx-unprivileged: as user 101, on port 8080. */
function unprivileged(nginx: Image): Image {
  return {
    ...nginx,
    name: 'nginx-unprivileged',
    repositories: ['nginxinc/nginx-unprivileged'],
    config: (tag) => ({ ...nginx.config(tag), user: '101' }),
    build: (root, tag) => {
      nginx.build(root, tag);
      root.write(
        '/etc/nginx/conf.d/default.conf',
        defaultServer.replace('listen       80;', 'listen       8080;'),
        {
          uid: 101,
        },
      );
      root.write(
        '/etc/nginx/nginx.conf',
        mainConfig.replace(/^user .*\n/m, '').replace('/run/nginx.pid', '/tmp/nginx.pid'),
      );
      for (const folder of ['/var/cache/nginx', '/etc/nginx', '/etc/nginx/conf.d'])
        root.chown(folder, 101, 0);
    },
  };
}

/** google-samples/hello-frontend: hands all requests to the Service `hello`. */
function frontend(nginx: Image): Image {
  return {
    ...slim(nginx),
    name: 'hello-frontend',
    hasTag: (tag) => tag === '1.0',
    build: (root) => {
      nginx.build(root, release);
      root.write(
        '/etc/nginx/conf.d/default.conf',
        'upstream Backend {\n    server hello;\n}\n\nserver {\n    listen 80;\n    location / {\n        proxy_pass http://Backend;\n    }\n}\n',
      );
    },
  };
}

/** nginxdemos/hello: tells who has answered, as a page or as plain text. */
function demo(nginx: Image): Image {
  return {
    ...nginx,
    name: 'nginxdemos/hello',
    repositories: ['nginxdemos/hello'],
    hasTag: (tag) => /^(latest|plain-text|0\.[234](-plain-text)?)$/.test(tag),
    build: (root, tag) => {
      nginx.build(root, `${release}-alpine`);
      const lines = [
        ['Server address', '$server_addr:$server_port'],
        ['Server name', '$hostname'],
        ['Date', '$time_local'],
        ['URI', '$request_uri'],
        ['Request ID', '$request_id'],
      ];
      const plain = tag.endsWith('plain-text');
      const text = plain
        ? lines.map(([name, value]) => `${name}: ${value}\n`).join('')
        : `<!DOCTYPE html>\n<html>\n<head>\n<title>Hello World</title>\n</head>\n<body>\n${lines
            .map(([name, value]) => `<p><span>${name}:</span> <span>${value}</span></p>\n`)
            .join('')}</body>\n</html>\n`;
      root.write(
        '/etc/nginx/conf.d/hello.conf',
        `server {\n    listen 80;\n    listen [::]:80;\n    location / {\n        default_type text/${plain ? 'plain' : 'html'};\n        expires -1;\n        return 200 '${text}';\n    }\n}\n`,
      );
      root.remove('/etc/nginx/conf.d/default.conf');
    },
    config: () => nginx.config(`${release}-alpine`),
  };
}

/** Images that are nginx with files of their own. */
export function nginxVariants(nginx: Image): Image[] {
  return [slim(nginx), unprivileged(nginx), frontend(nginx), demo(nginx)];
}
