#!/bin/sh
# Runs nginx in the foreground as a proxy in front of 127.0.0.1:UPSTREAM, in a prefix of its own below SCRATCH.
# usage: proxy.sh PORT UPSTREAM SCRATCH
set -eu
prefix=$(mktemp -d "$3/nginx.XXXXXX")
cat >"$prefix/nginx.conf" <<CONF
daemon off;
worker_processes 1;
pid nginx.pid;
error_log stderr;
events { worker_connections 512; }
http {
    access_log off;
    keepalive_requests 100000;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    server {
        listen 127.0.0.1:$1;
        location / {
            proxy_pass http://127.0.0.1:$2;
            proxy_http_version 1.1;
            proxy_buffering off;
            proxy_request_buffering off;
            proxy_read_timeout 120s;
        }
    }
}
CONF
PATH=$PATH:/usr/sbin
exec nginx -p "$prefix" -e stderr -c "$prefix/nginx.conf"
