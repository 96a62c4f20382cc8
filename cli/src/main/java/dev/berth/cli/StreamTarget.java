package dev.berth.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/// A standard stream, which stays open.
final class StreamTarget implements LineTarget {
    private final OutputStream stream;

    StreamTarget(FileDescriptor descriptor) {
        this.stream = new FileOutputStream(descriptor);
    }

    @Override
    public void write(byte[] bytes) throws IOException {
        stream.write(bytes);
    }

    @Override
    public void reopen() {}

    @Override
    public void close() {}
}
