package dev.berth.boot;

import dev.berth.testkit.ChildProcess;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A release line of Spring Boot, and how to run the application on it.
enum BootLine {
    BOOT_3_5("boot-3.5"),
    BOOT_4_1("boot-4.1");

    private static final Duration LIMIT = Duration.ofMinutes(3);

    private final Path folder;

    BootLine(String name) {
        folder = Path.of("libraries", name, "target");
    }

    /// The folder into which the build has copied the libraries.
    Path libraries() {
        return folder.resolve("lib");
    }

    Path loader() {
        return folder.resolve("loader").resolve("spring-boot-loader.jar");
    }

    /// The jars that an application gets with the starter, and the application itself.
    static List<Path> ownParts() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(BootLine::own)
                .map(Path::of)
                .collect(Collectors.toList());
    }

    /// Folders if the build does not package, jars if it does.
    private static boolean own(String part) {
        String module = part.replaceFirst("/target/.*", "").replaceFirst(".*/", "");
        return part.contains("/target/")
                && List.of("spring-boot-starter-berth", "inspect", "net", "sys").contains(module);
    }

    /// Runs the application from the class path until it ends.
    Ended run(String java, String... arguments) throws IOException, InterruptedException {
        String path =
                libraries()
                        + "/*"
                        + File.pathSeparator
                        + ownParts().stream()
                                .map(Path::toString)
                                .collect(Collectors.joining(File.pathSeparator));
        return end(List.of(java), List.of("-cp", path, BootApp.class.getName()), arguments);
    }

    /// Runs the application from an executable jar.
    ///
    /// @param java the program that runs it, with its options
    Ended runJar(List<String> java, Path jar, String... arguments)
            throws IOException, InterruptedException {
        return end(java, List.of("-jar", jar.toString()), arguments);
    }

    private static Ended end(List<String> java, List<String> what, String... arguments)
            throws IOException, InterruptedException {
        Path scratch = scratch();
        List<String> command = new ArrayList<>(java);
        command.addAll(List.of("-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
        command.add("-Djava.io.tmpdir=" + scratch);
        command.addAll(what);
        command.addAll(List.of("--spring.main.banner-mode=off", "--berth.analysis.timeout=60"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().keySet().removeIf(name -> name.startsWith("BERTH_"));
        try (ChildProcess app = ChildProcess.start(builder)) {
            int code = app.awaitExit(LIMIT);
            return new Ended(code, String.join("\n", app.output()));
        } finally {
            delete(scratch);
        }
    }

    /// For any user, because an application whose start fails leaves its server's folder behind.
    private static Path scratch() throws IOException {
        Path scratch = Files.createTempDirectory("boot");
        Files.setPosixFilePermissions(scratch, PosixFilePermissions.fromString("rwxrwxrwx"));
        return scratch;
    }

    private static void delete(Path scratch) throws IOException {
        try (Stream<Path> all = Files.walk(scratch)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    /// How the application ended, and everything that it printed.
    record Ended(int code, String output) {
        /// Boot's report of the failure; empty if there is none.
        String report() {
            int start = output.indexOf("APPLICATION FAILED TO START");
            return start < 0 ? "" : output.substring(start);
        }
    }
}
