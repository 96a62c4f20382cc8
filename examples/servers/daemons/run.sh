#!/bin/sh
# Runs a server that needs a configuration file, in the foreground, in a folder of its own below SCRATCH. Each
# server answers with its pid, or lists /proc/self/task.
# usage: run.sh apache-event|apache-prefork|lighttpd|caddy|haproxy|varnish PORT SCRATCH
set -eu
[ $# -eq 3 ] || { sed -n 's/^# usage/usage/p' "$0" >&2; exit 2; }
kind=$1 port=$2
home=$(mktemp -d "$3/$kind.XXXXXX")
chmod 755 "$home"
PATH=$PATH:/usr/sbin
pid=$$

case $kind in
apache-*)
    modules=/usr/lib/apache2/modules
    cat >"$home/conf" <<END
ServerRoot $home
ServerName localhost
PidFile $home/pid
Mutex file:$home
ErrorLog /dev/stderr
LogLevel error
Listen 127.0.0.1:$port
LoadModule mpm_${kind#apache-}_module $modules/mod_mpm_${kind#apache-}.so
LoadModule authz_core_module $modules/mod_authz_core.so
LoadModule autoindex_module $modules/mod_autoindex.so
User nobody
Group nogroup
StartServers 2
DocumentRoot /proc/self/task
<Directory /proc>
    Options Indexes FollowSymLinks
    Require all granted
</Directory>
END
    exec apache2 -D FOREGROUND -f "$home/conf"
    ;;
lighttpd)
    cat >"$home/conf" <<END
server.port = $port
server.bind = "127.0.0.1"
server.document-root = "/proc/self/task"
server.modules = ("mod_dirlisting")
dir-listing.activate = "enable"
END
    exec lighttpd -D -f "$home/conf"
    ;;
caddy)
    cat >"$home/conf" <<END
{
    admin off
    auto_https off
}
http://:$port {
    bind 127.0.0.1
    respond "caddy pid=$pid
"
}
END
    export HOME="$home"
    exec caddy run --adapter caddyfile --config "$home/conf"
    ;;
haproxy)
    cat >"$home/conf" <<END
defaults
    mode http
    timeout client 60s
    timeout server 60s
    timeout connect 5s
frontend all
    bind 127.0.0.1:$port
    http-request return status 200 content-type text/plain string "haproxy pid=$pid"
END
    exec haproxy -db -f "$home/conf"
    ;;
varnish)
    cat >"$home/vcl" <<END
vcl 4.1;
backend none none;
sub vcl_recv { return (synth(200)); }
sub vcl_synth { synthetic("varnish pid=$pid"); return (deliver); }
END
    exec varnishd -j none -F -n "$home/work" -a "127.0.0.1:$port" -f "$home/vcl" -s malloc,16m
    ;;
*)
    echo "run.sh: unknown server $kind" >&2
    exit 2
    ;;
esac
