package dev.berth.cli;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;

/// A log file that is appended to.
final class FileTarget implements LineTarget {
    private final Path file;
    private OutputStream stream;

    FileTarget(Path file) throws IOException {
        this.file = file;
        this.stream = open();
    }

    private OutputStream open() throws IOException {
        return new FileOutputStream(file.toFile(), true);
    }

    @Override
    public void write(byte[] bytes) throws IOException {
        stream.write(bytes);
    }

    /// If the new one cannot be opened, the old one is kept.
    @Override
    public void reopen() throws IOException {
        OutputStream next = open();
        stream.close();
        stream = next;
    }

    @Override
    public void close() throws IOException {
        stream.close();
    }
}
