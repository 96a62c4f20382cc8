package dev.berth.cli.run;

import java.io.Closeable;
import java.io.IOException;

/// A destination for lines. Used by one thread.
interface LineTarget extends Closeable {
    /// Writes some of the bytes from `offset` to the end of `bytes`, at least one, and returns how
    /// many.
    int write(byte[] bytes, int offset) throws IOException;

    /// Closes a file that was renamed and opens the file that has its name now; if that fails, the
    /// old file stays open.
    void reopen() throws IOException;
}
