package dev.berth.bpf;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// The number of CPU numbers possible on this machine while it runs.
final class PossibleCpus {

    static final int COUNT = read(Path.of("/sys/devices/system/cpu/possible"));

    private PossibleCpus() {}

    private static int read(Path list) {
        try {
            return count(Files.readString(list));
        } catch (IOException hidden) {
            return Runtime.getRuntime().availableProcessors();
        }
    }

    /// One more than the last number in a list like `0-3,8-11`.
    static int count(String list) {
        String last = list.strip().replaceAll(".*[,-]", "");
        return Integer.parseInt(last) + 1;
    }
}
