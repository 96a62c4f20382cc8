package dev.berth.inspect;

import dev.berth.sys.Capabilities;
import dev.berth.sys.Capability;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/// Stores the result of the replay, and obtains it: in this process if it has `CAP_SYS_ADMIN`, else
/// in a child.
///
/// **Shape:** the file `rules-RELEASE`: a line `berth-rules 1`, the verdict, whether uids were
/// included, and a line of detail. A file of any other form is overwritten.
final class KernelCheckCache {
    private static final String FIRST_LINE = "berth-rules 1";

    private final Map<String, String> environment;

    KernelCheckCache(Map<String, String> environment) {
        this.environment = environment;
    }

    /// The stored result; nothing is replayed.
    KernelCheck kept() {
        String release = release();
        return file(release)
                .flatMap(path -> read(path, release))
                .orElseGet(() -> KernelCheck.notRun(release, "run berth why once to check them"));
    }

    KernelCheck get() {
        String release = release();
        Optional<Path> file = file(release);
        Optional<KernelCheck> kept = file.flatMap(path -> read(path, release));
        if (kept.isPresent()) {
            return kept.get();
        }
        KernelCheck fresh = fresh(release);
        // What could not run today may run tomorrow, with other rights.
        if (fresh.verdict() != KernelCheck.Agreement.NOT_RUN) {
            file.ifPresent(path -> write(path, fresh));
        }
        return fresh;
    }

    static String release() {
        return Sysctl.read("kernel/osrelease").orElse("unknown").replace('/', '_');
    }

    private Optional<Path> file(String release) {
        return directory().map(path -> path.resolve("rules-" + release));
    }

    /// The directory of the cache; empty without a home.
    private Optional<Path> directory() {
        String cache = environment.getOrDefault("XDG_CACHE_HOME", "");
        String home = environment.getOrDefault("HOME", "");
        if (cache.startsWith("/")) {
            return Optional.of(Path.of(cache, "berth"));
        }
        return home.startsWith("/")
                ? Optional.of(Path.of(home, ".cache", "berth"))
                : Optional.empty();
    }

    static Optional<KernelCheck> read(Path file, String release) {
        try {
            List<String> lines = Files.readAllLines(file);
            if (lines.size() != 4 || !lines.get(0).equals(FIRST_LINE)) {
                return Optional.empty();
            }
            KernelCheck.Agreement verdict = KernelCheck.Agreement.valueOf(lines.get(1));
            boolean uids = lines.get(2).equals("uids");
            return Optional.of(new KernelCheck(release, verdict, uids, lines.get(3)));
        } catch (IOException | IllegalArgumentException unusable) {
            return Optional.empty();
        }
    }

    /// Whether the file could be written; a cache that cannot be written is ignored.
    static boolean write(Path file, KernelCheck check) {
        List<String> lines =
                List.of(
                        FIRST_LINE,
                        check.verdict().name(),
                        check.uids() ? "uids" : "one uid",
                        check.detail().replace('\n', ' '));
        try {
            Path directory = file.toAbsolutePath().getParent();
            Files.createDirectories(directory);
            Path part = Files.createTempFile(directory, "rules", ".part");
            Files.write(part, lines);
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
            return true;
        } catch (IOException unwritable) {
            return false;
        }
    }

    private static KernelCheck fresh(String release) {
        return Capabilities.has(Capability.SYS_ADMIN)
                ? KernelCheck.replay(release, new SplittableRandom())
                : KernelCheckChild.replay(release);
    }
}
