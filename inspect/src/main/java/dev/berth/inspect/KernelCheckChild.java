package dev.berth.inspect;

import dev.berth.net.Protocol;
import dev.berth.sys.CurrentJvm;
import dev.berth.sys.Errno;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/// Runs the replay for a user who cannot create a network namespace: in a JVM with the same code,
/// which unshare(1) makes root in its own user namespace.
final class KernelCheckChild {
    private static final int SECONDS = 20;

    /// One class of each module that the replay needs.
    private static final List<Class<?>> ROOMS =
            List.of(KernelCheckChild.class, Protocol.class, Errno.class);

    private KernelCheckChild() {}

    /// The entry point of the child.
    ///
    /// @param args the file that the result is written to
    public static void main(String[] args) {
        KernelCheck check = KernelCheck.replay(KernelCheckCache.release(), new SplittableRandom());
        KernelCheckCache.write(Path.of(args[0]), check);
    }

    static KernelCheck replay(String release) {
        List<String> places = ROOMS.stream().map(KernelCheckChild::place).toList();
        for (String place : places) {
            if (!place.startsWith("file:")) {
                String reason = "no second JVM can be started with this code, which is inside ";
                String remedy = "; berth why checks them instead, when it first runs";
                return KernelCheck.notRun(release, reason + place + remedy);
            }
        }
        try {
            Path result = Files.createTempFile("berth-rules", ".txt");
            try {
                return replay(release, command(places, result), result);
            } finally {
                Files.deleteIfExists(result);
            }
        } catch (IOException failed) {
            return KernelCheck.notRun(release, "cannot start a second JVM: " + failed.getMessage());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return KernelCheck.notRun(release, "interrupted");
        }
    }

    private static KernelCheck replay(String release, List<String> command, Path result)
            throws IOException, InterruptedException {
        Process child =
                new ProcessBuilder(command)
                        .redirectInput(new File("/dev/null"))
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        if (!child.waitFor(SECONDS, TimeUnit.SECONDS)) {
            child.destroyForcibly().waitFor();
            return KernelCheck.notRun(release, "the replay took more than " + SECONDS + " s");
        }
        String refused = "this user cannot create a user namespace for the replay; root can";
        return KernelCheckCache.read(result, release)
                .orElseGet(() -> KernelCheck.notRun(release, refused));
    }

    /// Where a class was loaded from: `file:/lib/berth.jar`, or `jar:nested:/app.jar/…` in an
    /// executable Spring Boot jar. This does not use the class path, which may be unknown to an
    /// application server.
    private static String place(Class<?> room) {
        CodeSource source = room.getProtectionDomain().getCodeSource();
        return source == null ? "the JDK" : String.valueOf(source.getLocation());
    }

    private static List<String> command(List<String> places, Path result) {
        String path =
                places.stream()
                        .map(place -> Path.of(URI.create(place)).toString())
                        .collect(Collectors.joining(File.pathSeparator));
        List<String> words = new ArrayList<>(List.of("unshare", "--user", "--map-root-user", "--"));
        words.addAll(
                List.of(
                        CurrentJvm.java().toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1"));
        words.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-cp", path));
        words.addAll(List.of(KernelCheckChild.class.getName(), result.toString()));
        return words;
    }
}
