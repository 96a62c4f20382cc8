package dev.berth.cli.run;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/// A standard stream, which is never closed.
final class StreamTarget implements LineTarget {
    private final OutputStream stream;

    StreamTarget(FileDescriptor descriptor) {
        this.stream = new FileOutputStream(descriptor);
    }

    @Override
    public int write(byte[] bytes, int offset) throws IOException {
        stream.write(bytes, offset, bytes.length - offset);
        return bytes.length - offset;
    }

    @Override
    public void reopen() {}

    @Override
    public void close() {}
}
