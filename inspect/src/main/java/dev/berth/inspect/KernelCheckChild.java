package dev.berth.inspect;

import java.nio.file.Path;
import java.util.SplittableRandom;

/// What the child process of the self-check runs: the replay, its result into a file.
final class KernelCheckChild {
    private KernelCheckChild() {}

    /// - `args`: the file
    public static void main(String[] args) {
        KernelCheck check = KernelCheck.replay(KernelCheckCache.release(), new SplittableRandom());
        KernelCheckCache.write(Path.of(args[0]), check);
    }
}
