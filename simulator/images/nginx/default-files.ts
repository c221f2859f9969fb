/** /etc/nginx/nginx.conf of the image, in its effect. `pid`: where the pid file lies. */
export const mainConfig = `
user  nginx;
worker_processes  auto;

error_log  /var/log/nginx/error.log notice;
pid        /run/nginx.pid;


events {
    worker_connections  1024;
}


http {
    include       /etc/nginx/mime.types;
    default_type  application/octet-stream;

    log_format  main  '$remote_addr - $remote_user [$time_local] "$request" '
                      '$status $body_bytes_sent "$http_referer" '
                      '"$http_user_agent" "$http_x_forwarded_for"';

    access_log  /var/log/nginx/access.log  main;

    sendfile        on;
    keepalive_timeout  65;

    include /etc/nginx/conf.d/*.conf;
}
`;

export const defaultServer = `server {
    listen       80;
    server_name  localhost;

    location / {
        root   /usr/share/nginx/html;
        index  index.html index.htm;
    }

    error_page   500 502 503 504  /50x.html;
    location = /50x.html {
        root   /usr/share/nginx/html;
    }
}
`;

export const mimeTypes = `types {
    text/html                             html htm shtml;
    text/css                              css;
    text/xml                              xml;
    text/plain                            txt;
    text/markdown                         md;
    text/mathml                           mml;
    application/javascript                js mjs;
    application/json                      json map;
    application/atom+xml                  atom;
    application/rss+xml                   rss;
    application/pdf                       pdf;
    application/wasm                      wasm;
    application/zip                       zip;
    application/x-7z-compressed           7z;
    application/java-archive              jar war ear;
    application/octet-stream              bin exe dll deb dmg iso img;
    application/xhtml+xml                 xhtml;
    font/woff                             woff;
    font/woff2                            woff2;
    image/avif                            avif;
    image/gif                             gif;
    image/jpeg                            jpeg jpg;
    image/png                             png;
    image/svg+xml                         svg svgz;
    image/tiff                            tif tiff;
    image/webp                            webp;
    image/x-icon                          ico;
    audio/mpeg                            mp3;
    audio/ogg                             ogg;
    video/mp4                             mp4;
    video/webm                            webm;
}
`;

export const welcomePage = `<!DOCTYPE html>
<html>
<head>
<title>Welcome to nginx!</title>
<style>
body { max-width: 35em; margin: 3em auto; font-family: sans-serif; }
</style>
</head>
<body>
<h1>Welcome to nginx!</h1>
<p>This page is served from /usr/share/nginx/html: the web server runs, and
waits for a configuration and content of its own.</p>
</body>
</html>
`;

export const errorPage = `<!DOCTYPE html>
<html>
<head>
<title>Error</title>
</head>
<body>
<h1>An error occurred.</h1>
<p>The page cannot be shown right now. The error log of nginx tells more.</p>
</body>
</html>
`;
