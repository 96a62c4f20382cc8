package dev.berth.inspect;

import dev.berth.net.PortHolder;
import dev.berth.net.ProcessList;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// Descriptors in transit through a Unix socket (SCM_RIGHTS): sent, but not received. No process
/// has them open, and nothing shows which they are; but the socket in whose queue they wait reports
/// how many it holds.
///
/// **Since:** Linux 5.7.
///
/// **Source:** `unix_show_fdinfo`; proc_pid_fdinfo(5)
final class DescriptorsInTransit {
    private static final String COUNT = "scm_fds:";

    /// Reading what one descriptor refers to costs some 10 µs.
    private static final int MOST = 20_000;

    private int read;

    /// Where some are waiting: `pid 12 (nginx), fd 5`; empty if none was found.
    Optional<String> place() {
        for (int pid : ProcessList.pids()) {
            String[] names = new File("/proc/" + pid + "/fd").list();
            for (String fd : names == null ? new String[0] : names) {
                if (read < MOST && waits(pid, fd)) {
                    String command = Printable.command(ProcessList.command(pid), 60);
                    return Optional.of(PortHolder.process(pid, command) + ", fd " + fd);
                }
            }
        }
        return Optional.empty();
    }

    private boolean waits(int pid, String fd) {
        Path process = Path.of("/proc/" + pid);
        try {
            Path link = Files.readSymbolicLink(process.resolve("fd").resolve(fd));
            if (!link.toString().startsWith("socket:")) {
                return false;
            }
            read++;
            return Files.readAllLines(process.resolve("fdinfo").resolve(fd)).stream()
                    .filter(line -> line.startsWith(COUNT))
                    .anyMatch(line -> !line.substring(COUNT.length()).strip().equals("0"));
        } catch (IOException gone) {
            return false;
        }
    }
}
