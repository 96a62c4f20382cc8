package dev.berth.inspect;

import dev.berth.net.ProcessList;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// Descriptors that are on their way through a Unix socket (SCM_RIGHTS): sent, and not received.
/// Nobody has them open, and which they are nothing tells; but the socket in whose queue they wait
/// says how many it holds.
///
/// **since**: Linux 5.7. **source**: `unix_show_fdinfo`; proc_pid_fdinfo(5)
final class Underway {
    private static final String COUNT = "scm_fds:";

    /// To read what one descriptor is costs some 10 µs.
    private static final int MOST = 20_000;

    private int read;

    /// Where some wait: `pid 12 (nginx), fd 5`; empty if none was found.
    Optional<String> place() {
        for (int pid : ProcessList.pids()) {
            String[] names = new File("/proc/" + pid + "/fd").list();
            for (String fd : names == null ? new String[0] : names) {
                if (read < MOST && waits(pid, fd)) {
                    String command = Printable.command(ProcessList.command(pid), 60);
                    return Optional.of("pid " + pid + " (" + command + "), fd " + fd);
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
