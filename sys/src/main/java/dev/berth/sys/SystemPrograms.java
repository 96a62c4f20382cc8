package dev.berth.sys;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/// Finds system programs that this process runs with its own rights.
///
/// They are looked up in system folders only, never in a `PATH`; only root may be able to change
/// the program or its folder.
final class SystemPrograms {
    static final List<Path> FOLDERS =
            List.of(
                    Path.of("/usr/bin"),
                    Path.of("/bin"),
                    Path.of("/usr/sbin"),
                    Path.of("/sbin"),
                    Path.of("/run/current-system/sw/bin"));

    private static final int WRITABLE_BY_OTHERS = 0022;

    private SystemPrograms() {}

    /// @param name of the program
    /// @param folders where to look; the first folder with a safe program counts
    static Optional<Path> find(String name, List<Path> folders) {
        return folders.stream()
                .map(folder -> folder.resolve(name))
                .filter(program -> safe(program, name))
                .findFirst();
    }

    private static boolean safe(Path program, String name) {
        try {
            Path real = program.toRealPath();
            return Files.isRegularFile(real)
                    && Files.isExecutable(real)
                    && !smallSubstitute(real, name)
                    && rootOnly(real)
                    && rootOnly(Objects.requireNonNull(real.getParent()));
        } catch (IOException missing) {
            return false;
        }
    }

    /// busybox has its own setpriv, which cannot change the user.
    private static boolean smallSubstitute(Path real, String name) {
        return !name.equals("env") && real.endsWith("busybox");
    }

    private static boolean rootOnly(Path path) throws IOException {
        int owner = (int) Files.getAttribute(path, "unix:uid");
        int mode = (int) Files.getAttribute(path, "unix:mode");
        return owner == 0 && (mode & WRITABLE_BY_OTHERS) == 0;
    }
}
