package dev.berth.cli.run;

import java.io.Closeable;
import java.io.IOException;

/// Where lines end up. Used by one thread.
interface LineTarget extends Closeable {
    /// Writes some of what is from `offset` to the end of `bytes`, which is not nothing; how many.
    int write(byte[] bytes, int offset) throws IOException;

    /// Lets go of a file that was renamed, and opens it anew by its name; if that fails, the old
    /// one is kept.
    void reopen() throws IOException;
}
