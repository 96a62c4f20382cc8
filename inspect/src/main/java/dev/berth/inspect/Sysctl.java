package dev.berth.inspect;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.berth.sys.Descriptors;
import dev.berth.sys.Fd;

import java.util.Optional;

/// Reads a kernel setting. Such a file returns its text to the first read and nothing to the next,
/// so one read must take it all; the JDK's methods first read a byte if the size is not known.
public final class Sysctl {
    private static final int MOST_BYTES = 256;

    private Sysctl() {}

    /// The setting; empty if it does not exist or cannot be read.
    ///
    /// @param name its path below `/proc/sys`
    public static Optional<String> read(String name) {
        int number = Descriptors.open("/proc/sys/" + name, 0, 0);
        if (number < 0) {
            return Optional.empty();
        }
        try (Fd file = new Fd(number)) {
            byte[] text = new byte[MOST_BYTES];
            long length = Descriptors.read(file.number(), text, 0, text.length);
            return length <= 0
                    ? Optional.empty()
                    : Optional.of(new String(text, 0, (int) length, UTF_8).strip());
        }
    }
}
