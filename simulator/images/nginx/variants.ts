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

/** Images that are nginx with files of their own. */
export function nginxVariants(nginx: Image): Image[] {
  return [slim(nginx), unprivileged(nginx), frontend(nginx)];
}
