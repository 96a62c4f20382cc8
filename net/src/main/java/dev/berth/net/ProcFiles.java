package dev.berth.net;

import java.io.FileInputStream;
import java.io.IOException;

/// Reads small files of /proc, whose processes may vanish at any moment.
final class ProcFiles {
    private ProcFiles() {}

    /// Fills `buffer` from the file's beginning; the bytes read, −1 if the file or what it tells of
    /// is gone or not ours to read.
    static int read(String path, byte[] buffer) {
        try (FileInputStream in = new FileInputStream(path)) {
            return in.readNBytes(buffer, 0, buffer.length);
        } catch (IOException gone) {
            return -1;
        }
    }

    /// The whole file; empty if it is gone or not ours to read.
    static byte[] readAll(String path) {
        try (FileInputStream in = new FileInputStream(path)) {
            return in.readAllBytes();
        } catch (IOException gone) {
            return new byte[0];
        }
    }
}
