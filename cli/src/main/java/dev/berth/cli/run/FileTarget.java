package dev.berth.cli.run;

import dev.berth.sys.Descriptors;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// A log file, opened for appending. If it has been deleted it is created again, because whatever
/// is written to a file without a name is lost.
final class FileTarget implements LineTarget {
    private static final int MOST_BYTES = 1 << 16;
    private static final String DELETED = " (deleted)";

    private final Path file;
    private Fd fd;

    /// Opens the file, or creates it.
    ///
    /// @throws IOException if that fails, or if others could redirect root to another file
    FileTarget(Path file) throws IOException {
        this.file = file;
        this.fd = LogFile.open(file);
    }

    @Override
    public int write(byte[] bytes, int offset) throws IOException {
        if (deleted()) {
            reopen();
        }
        int count = Math.min(bytes.length - offset, MOST_BYTES);
        long written = Descriptors.write(fd.number(), bytes, offset, count);
        return (int) ErrnoException.check("write", file, written);
    }

    private boolean deleted() {
        try {
            Path name = Files.readSymbolicLink(Path.of("/proc/self/fd/" + fd.number()));
            return name.toString().endsWith(DELETED);
        } catch (IOException noProc) {
            return false;
        }
    }

    @Override
    public void reopen() throws IOException {
        Fd next = LogFile.reopen(file);
        fd.close();
        fd = next;
    }

    @Override
    public void close() {
        fd.close();
    }
}
