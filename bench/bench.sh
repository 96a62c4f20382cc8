#!/bin/sh
# Runs a bench command:   bench/bench.sh COMMAND [options]   Builds what is missing or older than its source.
# BERTH_JAVA_HOME or JAVA_HOME may name a JDK >= 25; otherwise the script looks for one.
set -eu
home=$(CDPATH= cd -P -- "$(dirname -- "$0")/.." && pwd)

. "$home/tools/java.sh"
if ! find_java JDK "${BERTH_JAVA_HOME:-}"; then
    no_java BERTH_JAVA_HOME
    exit 2
fi
jdk=$java_home

classes=$home/bench/target/classes
mark=$home/bench/target/built
outdated() {
    [ ! -e "$mark" ] ||
        [ -n "$(find "$home/bench/src/main" "$home/examples/src/main" "$home/sys/src/main" -newer "$mark" -name '*.java' | head -n 1)" ]
}
if outdated; then
    # Only one build runs at a time: two commands may be started at once.
    (
        flock 9
        ! outdated || { cd "$home" && JAVA_HOME=$jdk ./mvnw -q -pl bench -am compile >&2 && touch "$mark"; }
    ) 9<"$home/pom.xml"
fi
if [ "${1:-load}" != load ]; then
    # Builds Berth now, as this user, rather than during the first measurement.
    "$home/berth" --version >/dev/null
fi
# Only commands that run Berth read JSON.
json=$(echo "$home"/cli/target/dist/lib/jackson-core-*.jar)
exec "$jdk/bin/java" -XX:+UseSerialGC -Xmx512m -Dberth.home="$home" \
    --enable-native-access=ALL-UNNAMED \
    -cp "$classes:$home/examples/target/classes:$home/sys/target/classes:$json" dev.berth.bench.BenchMain "$@"
