package dev.berth.worker;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The Java versions on this machine that the library supports.
final class JavaInstallations {
    private static final Path HOMES = Path.of("/usr/lib/jvm");
    private static final Pattern VERSION = Pattern.compile("JAVA_VERSION=\"(\\d+)[.\"]");
    private static final int OLDEST = 17;

    static final String OPEN = "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED";
    static final String NATIVE = "--enable-native-access=ALL-UNNAMED";

    private JavaInstallations() {}

    /// The `java` program of each version, including the one that runs this test.
    static Map<Integer, Path> all() throws IOException {
        Map<Integer, Path> found = new TreeMap<>();
        if (Files.isDirectory(HOMES)) {
            try (Stream<Path> homes = Files.list(HOMES)) {
                homes.forEach(
                        home -> version(home).ifPresent(number -> found.put(number, java(home))));
            }
        }
        found.put(Runtime.version().feature(), java(Path.of(System.getProperty("java.home"))));
        return found;
    }

    /// One without the foreign function API.
    static Optional<Path> older() throws IOException {
        return all().entrySet().stream()
                .filter(entry -> entry.getKey() < 22)
                .map(Map.Entry::getValue)
                .findFirst();
    }

    private static Path java(Path home) {
        return home.resolve("bin/java");
    }

    private static Optional<Integer> version(Path home) {
        try {
            Matcher version = VERSION.matcher(Files.readString(home.resolve("release")));
            return version.find() && Files.isExecutable(java(home))
                    ? Optional.of(Integer.valueOf(version.group(1))).filter(n -> n >= OLDEST)
                    : Optional.empty();
        } catch (IOException noJava) {
            return Optional.empty();
        }
    }

    /// The command that runs `main` of this module's tests.
    static List<String> command(
            Path java, boolean withJna, List<String> options, Class<?> main, String... arguments) {
        List<String> words = new ArrayList<>(List.of(java.toString(), "-Xmx64m"));
        words.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto"));
        words.addAll(options);
        words.addAll(List.of("-cp", classPath(withJna), main.getName()));
        words.addAll(List.of(arguments));
        return words;
    }

    /// These are folders in a build that packages nothing, and the jar in one that does.
    private static String classPath(boolean withJna) {
        String own = File.separator + "worker" + File.separator + "target";
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(part -> part.contains(own) || withJna && part.contains("jna"))
                .collect(Collectors.joining(File.pathSeparator));
    }
}
