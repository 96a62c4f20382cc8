#!/bin/sh
# Runs a bench command:   bench/bench.sh COMMAND [options]   Builds what is missing or older than its source.
# BERTH_JAVA_HOME or JAVA_HOME may name a JDK >= 25; else one is looked for where Debian keeps them.
set -eu
home=$(CDPATH= cd -P -- "$(dirname -- "$0")/.." && pwd)

is_new() { [ -r "$1/release" ] && grep -qE '^JAVA_VERSION="(2[5-9]|[3-9][0-9])' "$1/release"; }

jdk=
for candidate in "${BERTH_JAVA_HOME:-}" "${JAVA_HOME:-}" /usr/lib/jvm/*; do
    if is_new "$candidate"; then
        jdk=$candidate
        break
    fi
done
if [ -z "$jdk" ]; then
    echo "bench: no JDK 25 or newer found; name one by BERTH_JAVA_HOME" >&2
    exit 2
fi

classes=$home/bench/target/classes
mark=$home/bench/target/built
if [ ! -e "$mark" ] || [ -n "$(find "$home/bench/src/main" "$home/examples/src/main" "$home/sys/src/main" -newer "$mark" -name '*.java' | head -n 1)" ]; then
    (cd "$home" && JAVA_HOME=$jdk ./mvnw -q -pl bench -am compile) >&2
    touch "$mark"
fi
if [ "${1:-load}" != load ]; then
    # Builds Berth now, as this user, and not in the first measurement.
    "$home/berth" --version >/dev/null
fi
exec "$jdk/bin/java" -XX:+UseSerialGC -Xmx512m -Dberth.home="$home" \
    --enable-native-access=ALL-UNNAMED \
    -cp "$classes:$home/examples/target/classes:$home/sys/target/classes" dev.berth.bench.Main "$@"
