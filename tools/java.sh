# Finds a Java for ./berth, and a JDK for ./mvnw, tools/format and bench/bench.sh, which source this
# file; POSIX sh.

needs=25

say() {
    printf 'berth: %s\n' "$*" >&2
}

# Reads the release file of the Java in $1, without starting it. Sets major and jvm.
inspect() {
    major=0 implementor='' runtime='' arch='' origin=''
    [ -x "$1/bin/java" ] && [ -r "$1/release" ] || return 1
    while IFS='=' read -r key value || [ -n "$key" ]; do
        value=${value#\"} value=${value%\"}
        case $key in
            JAVA_VERSION) major=${value%%[!0-9]*} ;;
            JAVA_RUNTIME_VERSION) runtime=$value ;;
            IMPLEMENTOR) implementor=$value ;;
            OS_ARCH) arch=$value ;;
            SOURCE) origin=$value ;;
        esac
    done <"$1/release"
    jvm="$implementor $runtime $arch $origin"
    [ "${major:-0}" -ge "$needs" ] && { [ "$kind" = Java ] || [ -x "$1/bin/javac" ]; }
}

# Runs the command "$@" with each of the usual places of a Java.
each_place() {
    for place in "${JAVA25_HOME:-/nonexistent}" /usr/lib/jvm/* /usr/java/* /opt/* /opt/java/* \
        /Library/Java/JavaVirtualMachines/*/Contents/Home "${HOME:-}"/.sdkman/candidates/java/* \
        "${HOME:-}"/.jdks/* "${HOME:-}"/.asdf/installs/java/* \
        "${HOME:-}"/.local/share/mise/installs/java/* "${HOME:-}"/.jbang/cache/jdks/*; do
        "$@" "$place"
    done
}

# Sets java_home if the Java in $1 suffices and is the lowest version so far.
lower() {
    if inspect "$1" && { [ "$lowest" -eq 0 ] || [ "$major" -lt "$lowest" ]; }; then
        java_home=$1 lowest=$major
    fi
}

# Finds the lowest sufficient Java in the usual places. Sets java_home.
search() {
    lowest=0
    each_place lower
    [ "$lowest" -gt 0 ] && inspect "$java_home"
}

# $1: "Java", or "JDK" if a compiler is needed; $2: a Java that takes precedence, or empty.
# Sets java_home, major and jvm, or fails.
find_java() {
    kind=$1
    for java_home in "$2" "${JAVA_HOME:-}"; do
        [ -z "$java_home" ] || ! inspect "$java_home" || return 0
    done
    if java=$(command -v java); then
        java=$(readlink -f -- "$java")
        java_home=${java%/bin/java}
        inspect "$java_home" && return
    fi
    search
}

# Records a Java that does not suffice, once, whatever links lead to it. Sets seen.
saw() {
    [ -d "$1" ] && home_of_it=$(readlink -f -- "$1") || return 0
    inspect "$home_of_it" || :
    case "$seen, " in
        *" in $home_of_it, "*) ;;
        *) [ "$major" = 0 ] || seen="$seen, Java ${major:-?}$(lacks_javac) in $home_of_it" ;;
    esac
}

lacks_javac() {
    [ "$kind" = Java ] || [ -x "$home_of_it/bin/javac" ] || printf ' (no javac)'
}

# Says in one sentence that find_java found none, and how to get one. $1: the variable to set.
no_java() {
    seen=
    saw "${JAVA_HOME:-}"
    [ -z "${java:-}" ] || saw "${java%/bin/java}"
    each_place saw
    seen=${seen#, }
    say "needs a $kind $needs or newer, but found ${seen:-none}; $(how_to_install), or set $1 to one"
}

# Prints the install command of this system's package manager. For apt it looks up whether the
# package exists, because that differs between releases; the others are slow to ask.
how_to_install() {
    root=
    [ "$(id -u)" -eq 0 ] || root='sudo '
    if has apt-get; then
        for package in openjdk-25-jdk-headless temurin-25-jdk; do
            if apt-cache show "$package" 2>/dev/null | grep -q '^Package:'; then
                printf 'install one: %sapt-get install %s' "$root" "$package"
                return
            fi
        done
        printf 'install one, for example temurin-25-jdk as described at %s (%s; %s "%sapt-get update")' \
            https://adoptium.net/installation/linux/ 'apt has no JDK 25 here' \
            'if its lists are old, first run' "$root"
    elif has dnf; then
        printf 'install one: %sdnf install java-25-openjdk-devel' "$root"
    elif has apk; then
        printf 'install one: %sapk add openjdk25' "$root"
    elif has pacman; then
        printf 'install one: %spacman -S jdk-openjdk' "$root"
    elif has zypper; then
        printf 'install one: %szypper install java-25-openjdk-devel' "$root"
    else
        printf 'install one from https://adoptium.net'
    fi
}

has() {
    command -v "$1" >/dev/null
}
