package dev.berth.cli;

import java.io.Closeable;
import java.io.IOException;

/// Where lines end up. Used by one thread.
interface LineTarget extends Closeable {
    void write(byte[] bytes) throws IOException;

    /// Lets go of a file that was renamed, and opens it anew by its name.
    void reopen() throws IOException;
}
