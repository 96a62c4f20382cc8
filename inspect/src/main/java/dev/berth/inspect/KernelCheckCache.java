package dev.berth.inspect;

import dev.berth.sys.Capabilities;
import dev.berth.sys.Capability;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// Keeps the result of the replay, and gets it: in this process with `CAP_SYS_ADMIN`, else in a
/// child that unshare(1) puts into a user namespace of its own.
///
/// **shape** of the file `rules-RELEASE`: a line `berth-rules 1`, the verdict, whether uids were in
/// it, and a line of detail. What is no such file is written anew.
final class KernelCheckCache {
    private static final String FIRST_LINE = "berth-rules 1";
    private static final int CHILD_SECONDS = 20;

    private final Map<String, String> environment;

    KernelCheckCache(Map<String, String> environment) {
        this.environment = environment;
    }

    /// What was found earlier; nothing is replayed.
    KernelCheck kept() {
        String release = release();
        return file(release)
                .flatMap(path -> read(path, release))
                .orElseGet(() -> notRun(release, "berth why does it at its first run"));
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
        if (fresh.verdict() != KernelCheck.Verdict.NOT_RUN) {
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

    /// Empty where there is no home.
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
            KernelCheck.Verdict verdict = KernelCheck.Verdict.valueOf(lines.get(1));
            boolean uids = lines.get(2).equals("uids");
            return Optional.of(new KernelCheck(release, verdict, uids, lines.get(3)));
        } catch (IOException | IllegalArgumentException unusable) {
            return Optional.empty();
        }
    }

    /// Whether it could be written; a cache that cannot be is none.
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
                : inChild(release);
    }

    private static KernelCheck inChild(String release) {
        String place = place();
        if (!place.startsWith("file:")) {
            String reason = "no second JVM can be started with this code, which is inside " + place;
            return notRun(release, reason + "; berth why does it for it, at its first run");
        }
        try {
            Path result = Files.createTempFile("berth-rules", ".txt");
            try {
                return inChild(release, result);
            } finally {
                Files.deleteIfExists(result);
            }
        } catch (IOException failed) {
            return notRun(release, "no unshare(1) to make a user namespace with");
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return notRun(release, "interrupted");
        }
    }

    private static KernelCheck inChild(String release, Path result)
            throws IOException, InterruptedException {
        Process child =
                new ProcessBuilder(command(result))
                        .redirectInput(new File("/dev/null"))
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        if (!child.waitFor(CHILD_SECONDS, TimeUnit.SECONDS)) {
            child.destroyForcibly().waitFor();
            return notRun(release, "the replay took more than " + CHILD_SECONDS + " s");
        }
        return read(result, release)
                .orElseGet(
                        () ->
                                notRun(
                                        release,
                                        "this user may not make a user namespace for the replay;"
                                                + " root may, once"));
    }

    /// Where this code is: `file:/lib/berth.jar`, or `jar:nested:/app.jar/…` in an executable jar
    /// of Spring Boot.
    private static String place() {
        CodeSource source = KernelCheckChild.class.getProtectionDomain().getCodeSource();
        return source == null ? "the JDK" : String.valueOf(source.getLocation());
    }

    private static KernelCheck notRun(String release, String reason) {
        return new KernelCheck(release, KernelCheck.Verdict.NOT_RUN, false, reason);
    }

    /// A JVM of the same code as this one, root in a user namespace of its own.
    private static List<String> command(Path result) {
        String path =
                Stream.of("java.class.path", "jdk.module.path")
                        .map(name -> System.getProperty(name, ""))
                        .filter(text -> !text.isEmpty())
                        .reduce((one, other) -> one + File.pathSeparator + other)
                        .orElse("");
        List<String> words = new ArrayList<>(List.of("unshare", "--user", "--map-root-user", "--"));
        words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        words.addAll(
                List.of(
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        path,
                        KernelCheckChild.class.getName(),
                        result.toString()));
        return words;
    }
}
