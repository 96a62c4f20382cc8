package dev.berth.supervise.process;

import dev.berth.sys.Descriptors;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.ExitStatus;
import dev.berth.sys.Fd;
import dev.berth.sys.Pidfds;
import dev.berth.sys.Poll;
import dev.berth.sys.Processes;
import dev.berth.sys.Redirect;
import dev.berth.sys.Signal;
import dev.berth.sys.Spawn;
import dev.berth.sys.SpawnRequest;
import dev.berth.sys.User;
import dev.berth.sys.UserChange;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// Checks whether another user can enter a worker's directory and execute its program. Root can do
/// both anyway, so nothing else would report what is wrong.
///
/// If the permission bits allow it, that is trusted: anything else that forbids it shows in the
/// program's output. If they do not, there may be an access list, so a process of that user tries.
public final class UserAccess {
    private static final String TRY = "cd -- \"$1\" || exit 10; test -x \"$2\" || exit 11";
    private static final int NO_DIRECTORY = 10;
    private static final int NO_PROGRAM = 11;
    private static final String SHELL = "/bin/sh";

    /// How long a try may take; the supervisor's owner thread waits meanwhile.
    private static final int PATIENCE_MILLIS = 1_000;

    private static final int KILL_MILLIS = 100;

    private static final int SEARCH = 1;
    private static final int GROUP_SHIFT = 3;
    private static final int OWNER_SHIFT = 6;

    private final UserChange change;
    private final User user;
    private final String shell;

    /// Whether a try took too long, for example on a file system that does not answer; no further
    /// try is made.
    private volatile boolean slow;

    UserAccess(UserChange change) {
        this(change, SHELL);
    }

    /// @param shell makes the try; a test passes a slow one
    UserAccess(UserChange change, String shell) {
        this.change = change;
        this.shell = shell;
        user = change.user();
    }

    /// Checks that the user can enter the directory and run the program.
    ///
    /// @throws IOException there is no such program, or the user is not permitted to run it there
    void check(SpawnRequest request) throws IOException {
        Path directory = request.directory();
        Path program = directory.resolve(request.file());
        if (Files.notExists(program)) {
            throw new IOException(
                    "command not found: " + request.file() + " (looked up from " + directory + ")");
        }
        if (!mayReach(user, directory) || !mayReach(user, program)) {
            Optional<String> refused = tried(directory, program);
            if (refused.isPresent()) {
                throw new IOException(refused.get());
            }
        }
    }

    /// Whether the permission bits let `user` reach `path`, and search or execute it. Access lists
    /// are not checked.
    ///
    /// @param path exists; the answer is false if it cannot be inspected
    public static boolean mayReach(User user, Path path) {
        try {
            for (Path at = path.toRealPath(); at != null; at = at.getParent()) {
                if (!maySearch(user, at)) {
                    return false;
                }
            }
            return true;
        } catch (IOException unknown) {
            return false;
        }
    }

    private static boolean maySearch(User user, Path path) throws IOException {
        int mode = (int) Files.getAttribute(path, "unix:mode");
        int gid = (int) Files.getAttribute(path, "unix:gid");
        int shift = 0;
        if ((int) Files.getAttribute(path, "unix:uid") == user.uid()) {
            shift = OWNER_SHIFT;
        } else if (gid == user.gid() || user.groups().contains(gid)) {
            shift = GROUP_SHIFT;
        }
        return (mode >> shift & SEARCH) != 0;
    }

    /// Empty if nothing forbids it, as far as is known.
    private Optional<String> tried(Path directory, Path program) throws IOException {
        if (slow) {
            return Optional.empty();
        }
        return switch (exitCode(directory, program).orElse(0)) {
            case NO_DIRECTORY ->
                    Optional.of(
                            "user %s is not permitted to enter the working directory %s; choose another one with --directory, or grant that user access (namei -l %2$s shows what denies it)"
                                    .formatted(user.name(), directory));
            case NO_PROGRAM ->
                    Optional.of(
                            "user %s is not permitted to execute %s (namei -l %2$s shows why)"
                                    .formatted(user.name(), program));
            default -> Optional.empty();
        };
    }

    private OptionalInt exitCode(Path directory, Path program) throws IOException {
        int flags = Descriptors.O_RDWR | Descriptors.O_CLOEXEC;
        try (Fd sink = Fd.of("open", "/dev/null", Descriptors.open("/dev/null", flags, 0))) {
            SpawnRequest attempt =
                    new SpawnRequest(
                            shell,
                            List.of(
                                    "sh",
                                    "-c",
                                    TRY,
                                    "sh",
                                    directory.toString(),
                                    program.toString()),
                            List.of("PATH=/usr/bin:/bin"),
                            Path.of("/"),
                            List.of(new Redirect(sink.number(), 1), new Redirect(sink.number(), 2)),
                            true);
            long pid = Spawn.posixSpawn(change.apply(attempt));
            return pid < 0 ? OptionalInt.empty() : await((int) pid);
        }
    }

    /// Empty if the process does not end in time; if even SIGKILL takes long, [ReparentedProcesses]
    /// reaps it later.
    private OptionalInt await(int pid) throws ErrnoException {
        try (Fd pidfd = Fd.of("pidfd_open", pid, Pidfds.pidfdOpen(pid, 0))) {
            if (Poll.poll(pidfd.number(), Poll.POLLIN, PATIENCE_MILLIS) == 0) {
                slow = true;
                Pidfds.pidfdSendSignal(pidfd.number(), Signal.KILL.number());
                Poll.poll(pidfd.number(), Poll.POLLIN, KILL_MILLIS);
            }
            return Processes.reap(pid).map(ExitStatus::code).orElse(OptionalInt.empty());
        }
    }
}
