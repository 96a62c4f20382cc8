#!/bin/sh
# Runs nginx in the foreground in a prefix of its own below SCRATCH.
# usage: run.sh plain|reuseport PORT SCRATCH
set -eu
[ $# -eq 3 ] || { echo "usage: run.sh plain|reuseport PORT SCRATCH" >&2; exit 2; }
case $1 in
    plain) workers=1 options= ;;
    reuseport) workers=2 options=reuseport ;;
    *) echo "run.sh: expected plain or reuseport, not '$1'" >&2; exit 2 ;;
esac
prefix=$(mktemp -d "$3/nginx.XXXXXX")
sed -e "s/@PORT@/$2/" -e "s/ *@OPTIONS@/${options:+ $options}/" -e "s/@WORKERS@/$workers/" \
    "$(dirname "$0")/nginx.conf.in" >"$prefix/nginx.conf"
PATH=$PATH:/usr/sbin
exec nginx -p "$prefix" -e stderr -c "$prefix/nginx.conf"
