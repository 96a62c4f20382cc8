#!/bin/sh
# Builds the server once and runs it.   usage: run.sh PORT SCRATCH
set -eu
[ $# -eq 2 ] || { echo "usage: run.sh PORT SCRATCH" >&2; exit 2; }
export GOCACHE="$2/go-cache" GOFLAGS=-buildvcs=false
(
    flock 9
    [ -x "$2/go-server" ] || go build -o "$2/go-server" "$(dirname "$0")/main.go"
) 9>"$2/go-lock"
exec "$2/go-server" "$1"
