package dev.berth.sys;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/// Starts programs as another user. The child changes its user itself, in setpriv(1), which then
/// becomes the program.
///
/// No thread of this process ever has another user id. Such a thread could be traced, written to
/// and killed by every process of that user, and so could this whole process, because threads share
/// memory and signals.
///
/// Between the change and exec(2) the child is not dumpable, keeps capabilities that the user lacks
/// (so the user cannot trace it), and holds only the program's descriptors.
///
/// **Source:** setpriv(1), ptrace(2) "Ptrace access mode checking", kill(2), credentials(7).
public final class UserChange {
    /// Variables that the dynamic linker and the C library ignore in a program that runs with more
    /// rights than its caller, as setpriv does here: through these, a variable that is meant for
    /// the program could make root load a file. **Source:** glibc's `unsecvars.h`.
    private static final List<String> UNSAFE =
            List.of(
                    "GCONV_PATH",
                    "GETCONF_DIR",
                    "GLIBC_TUNABLES",
                    "HOSTALIASES",
                    "LOCALDOMAIN",
                    "LOCPATH",
                    "MUSL_LOCPATH",
                    "NIS_PATH",
                    "NLSPATH",
                    "RESOLV_HOST_CONF",
                    "RES_OPTIONS",
                    "TMPDIR",
                    "TZDIR");

    private static final List<String> UNSAFE_PREFIXES = List.of("LD_", "MALLOC_");

    private final User user;
    private final Path setpriv;
    private final Path env;

    private UserChange(User user, Path setpriv, Path env) {
        this.user = user;
        this.setpriv = setpriv;
        this.env = env;
    }

    /// @param what what is started, for the messages: `workers`
    /// @throws IOException if this process is not permitted to change users, or setpriv(1) is not
    ///   installed
    public static UserChange to(User user, String what) throws IOException {
        if (!Capabilities.has(Capability.SETUID) || !Capabilities.has(Capability.SETGID)) {
            throw new IOException(
                    "not allowed to start %s as %s: that needs root (CAP_SETUID and CAP_SETGID)"
                            .formatted(what, user.name()));
        }
        String to = what + " as " + user.name();
        return new UserChange(
                user, find("setpriv", "util-linux", to), find("env", "coreutils", to));
    }

    private static Path find(String program, String debianPackage, String to) throws IOException {
        return SystemPrograms.find(program, SystemPrograms.FOLDERS)
                .orElseThrow(
                        () ->
                                new IOException(
                                        "cannot start %s: the program %s is missing (looked in %s); install its package: apt-get install %s"
                                                .formatted(
                                                        to,
                                                        program,
                                                        SystemPrograms.FOLDERS.stream()
                                                                .map(Path::toString)
                                                                .collect(Collectors.joining(", ")),
                                                        debianPackage)));
    }

    /// The user that programs are started as.
    public User user() {
        return user;
    }

    /// The same program in the same place, but run as the user and without capabilities.
    ///
    /// `argv[0]` becomes `file`, which must contain a slash: no `PATH` is searched here.
    public SpawnRequest apply(SpawnRequest request) {
        List<String> words = options();
        words.addAll(unsafe(request));
        words.add(request.file());
        words.addAll(request.arguments().subList(1, request.arguments().size()));
        return new SpawnRequest(
                setpriv.toString(),
                words,
                request.environment().stream().filter(Predicate.not(UserChange::unsafe)).toList(),
                request.directory(),
                request.redirects(),
                request.newSession());
    }

    private List<String> options() {
        List<String> words = new ArrayList<>();
        words.add("setpriv");
        words.add("--reuid=" + Integer.toUnsignedString(user.uid()));
        words.add("--regid=" + Integer.toUnsignedString(user.gid()));
        words.add(
                user.groups().isEmpty()
                        ? "--clear-groups"
                        : "--groups="
                                + user.groups().stream()
                                        .map(Integer::toUnsignedString)
                                        .collect(Collectors.joining(",")));
        words.add("--inh-caps=-all");
        words.add("--ambient-caps=-all");
        words.add("--");
        return words;
    }

    /// The arguments before the program that give it the variables that setpriv must not have.
    /// env(1) takes a program whose path contains a `=` for a variable, so a setpriv that changes
    /// nothing comes in between.
    private List<String> unsafe(SpawnRequest request) {
        List<String> words = new ArrayList<>();
        request.environment().stream().filter(UserChange::unsafe).forEach(words::add);
        if (words.isEmpty()) {
            return words;
        }
        words.addFirst(env.toString());
        if (request.file().contains("=")) {
            words.addAll(List.of(setpriv.toString(), "--"));
        }
        return words;
    }

    private static boolean unsafe(String variable) {
        String name = variable.substring(0, variable.indexOf('=', 1));
        return UNSAFE.contains(name) || UNSAFE_PREFIXES.stream().anyMatch(name::startsWith);
    }
}
