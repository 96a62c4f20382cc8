package dev.berth.net;

import java.io.FileInputStream;
import java.io.IOException;

/// Reads small files of /proc, where processes may vanish at any moment.
final class ProcFiles {
    private ProcFiles() {}

    /// Fills `buffer` from the start of the file. Returns the number of bytes read, −1 if the file
    /// or its process is gone or reading it is not permitted.
    static int read(String path, byte[] buffer) {
        try (FileInputStream in = new FileInputStream(path)) {
            return in.readNBytes(buffer, 0, buffer.length);
        } catch (IOException gone) {
            return -1;
        }
    }

    /// The whole file; empty if it is gone or reading it is not permitted.
    static byte[] readAll(String path) {
        try (FileInputStream in = new FileInputStream(path)) {
            return in.readAllBytes();
        } catch (IOException gone) {
            return new byte[0];
        }
    }
}
