package dev.berth.cli.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// Whether a client's output goes to the same terminal as the supervisor's own lines, so that its
/// user has already seen them.
final class SameTerminal {
    private SameTerminal() {}

    /// Whether the client's output goes to this terminal.
    ///
    /// @param pid the client's process, 0 if it is not known
    static boolean as(int pid) {
        Optional<String> own = terminal("self", 2);
        return pid > 0 && own.isPresent() && own.equals(terminal(Integer.toString(pid), 1));
    }

    private static Optional<String> terminal(String process, int fd) {
        try {
            String file =
                    Files.readSymbolicLink(Path.of("/proc", process, "fd", "" + fd)).toString();
            boolean terminal = file.startsWith("/dev/pts/") || file.startsWith("/dev/tty");
            return terminal ? Optional.of(file) : Optional.empty();
        } catch (IOException unreadable) {
            return Optional.empty();
        }
    }
}
