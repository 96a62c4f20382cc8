package dev.berth.cli.doctor;

import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.Pidfds;
import dev.berth.sys.Processes;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// The doctor's checks that use processes.
final class ProcessProbes {
    private ProcessProbes() {}

    private static Fd open(long pid, int flags) throws ErrnoException {
        return Fd.of("pidfd_open", "", Pidfds.pidfdOpen((int) pid, flags));
    }

    static String pidfd() throws IOException {
        try (Fd self = open(ProcessHandle.current().pid(), 0)) {
            return self.isOpen() ? "" : "closed";
        }
    }

    static String threadPidfd() throws IOException {
        try (Fd thread = open(Processes.gettid(), Pidfds.PIDFD_THREAD)) {
            return thread.isOpen() ? "" : "closed";
        }
    }

    /// Tries it on a child, as Berth does: being allowed to do this to itself proves nothing.
    static String getfd() throws IOException {
        Process child = new ProcessBuilder(waiter()).start();
        try (Fd process = open(child.pid(), 0)) {
            int copied = Pidfds.pidfdGetfd(process.number(), 0);
            try (Fd copy = Fd.of("pidfd_getfd", "of a child", copied)) {
                return copy.isOpen() ? "" : "closed";
            }
        } finally {
            child.getOutputStream().close();
            child.destroyForcibly();
            child.onExit().join();
        }
    }

    /// A program that waits for the end of its standard input.
    private static List<String> waiter() {
        for (String cat : List.of("/bin/cat", "/usr/bin/cat")) {
            if (Path.of(cat).toFile().canExecute()) {
                return List.of(cat);
            }
        }
        return List.of("cat");
    }
}
