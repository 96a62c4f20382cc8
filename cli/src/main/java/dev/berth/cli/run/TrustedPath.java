package dev.berth.cli.run;

import dev.berth.sys.Errno;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.FileStatus;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;

/// Walks the path from `/` to a log that root appends to, one name at a time. Each directory is
/// kept open while the next one is checked, so that nobody can replace a checked one. Links that
/// belong to root are followed here and not by the kernel.
final class TrustedPath implements AutoCloseable {
    private static final Path PROC = Path.of("/proc");

    /// As many as the kernel follows. **Source:** path_resolution(7).
    private static final int MOST_LINKS = 40;

    private final Path file;
    private final Deque<String> names = new ArrayDeque<>();
    private TrustedDirectory here;
    private int links;

    private TrustedPath(Path file) throws IOException {
        this.file = file.toAbsolutePath();
        this.here = TrustedDirectory.top();
        push(this.file);
    }

    /// Opens the file, or creates it; the caller closes it.
    ///
    /// @throws IOException if that fails, or if users other than root may have chosen which file it
    ///   is; the message says what to do
    static Fd open(Path file) throws IOException {
        try (var path = new TrustedPath(file)) {
            return path.walk();
        }
    }

    private void push(Path path) {
        for (int i = path.getNameCount() - 1; i >= 0; i--) {
            names.push(path.getName(i).toString());
        }
    }

    private Fd walk() throws IOException {
        while (!names.isEmpty()) {
            String name = names.pop();
            boolean last = names.isEmpty();
            if (here.entry(name).filter(FileStatus::isSymbolicLink).isPresent()) {
                if (last && here.path().startsWith(PROC)) {
                    return here.appendThroughLink(name);
                }
                follow(name);
            } else if (last) {
                return here.append(name);
            } else {
                move(here.enter(name));
            }
        }
        throw new ErrnoException("open", file.toString(), Errno.EISDIR.number());
    }

    private void follow(String name) throws IOException {
        if (++links > MOST_LINKS) {
            throw new ErrnoException("open", file.toString(), Errno.ELOOP.number());
        }
        Path target = here.linkTarget(name);
        if (target.isAbsolute()) {
            move(TrustedDirectory.top());
        }
        push(target);
    }

    private void move(TrustedDirectory next) {
        here.close();
        here = next;
    }

    @Override
    public void close() {
        here.close();
    }
}
