import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Makes the folder that `./berth` runs from:
///
///     java tools/Dist.java DIST JVM-OPTIONS TRAINING MAIN-JAR JAR[:JAR…]
///
///     DIST/lib/*.jar       the jars; the one with the main class comes first
///     DIST/jvm.options     the JVM options, for both the launcher and the training
///     DIST/NAME-ID.aot     a start-up cache for each TRAINING/NAME.txt, recorded while the commands
///                          in that file ran
///     DIST/build.id        written last: id=…, jvm=…, modulepath=…, classpath=…, labpath=…
///
/// ID is a hash of all these inputs, the JVM's release and the folder's path: a cache with a module
/// path is useless elsewhere, so a folder that has been moved runs without it. The JVM's own check
/// of a cache accepts a replaced jar (JDK-8377932), so the launcher uses a cache only if it has
/// this name, and only with the JVM that `jvm=` names. If the training fails there is no cache: the
/// build says so, and `berth` works, but starts more slowly.
final class Dist {
    private static final Path JAVA_HOME = Path.of(System.getProperty("java.home"));
    private static final int TRAINING_SECONDS = 120;

    /// Where a jar belongs.
    private enum Part {
        /// It runs as a module, because it alone gets native access.
        MODULE,
        CLASSES,
        /// It follows the others, for the verbs of the lab only, and is not in the start-up cache.
        LAB;

        static Part of(String jar) {
            return jar.startsWith("berth-sys-")
                    ? MODULE
                    : jar.startsWith("berth-lab-") ? LAB : CLASSES;
        }
    }

    private final Path dist;
    private final Path options;
    private final Path training;
    private final List<Path> jars;

    private Dist(Path dist, Path options, Path training, List<Path> jars) {
        this.dist = dist;
        this.options = options;
        this.training = training;
        this.jars = jars;
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        if (args.length != 5) {
            System.err.println("usage: Dist DIST JVM-OPTIONS TRAINING MAIN-JAR JAR[:JAR…]");
            System.exit(2);
        }
        // Maven's class path has the folder of the module's own classes instead of its jar.
        Stream<Path> others =
                Stream.of(args[4].split(":")).map(Path::of).filter(Files::isRegularFile);
        List<Path> jars = Stream.concat(Stream.of(Path.of(args[3])), others).toList();
        Path dist = Path.of(args[0]);
        Files.createDirectories(dist);
        new Dist(dist.toRealPath(), Path.of(args[1]), Path.of(args[2]).toAbsolutePath(), jars)
                .make();
    }

    private void make() throws IOException, InterruptedException {
        String jvm = jvm();
        String id = id(jvm + " " + dist);
        String text =
                "id=%s\njvm=%s\nmodulepath=%s\nclasspath=%s\nlabpath=%s\n"
                        .formatted(
                                id,
                                jvm,
                                path("", Part.MODULE),
                                path("", Part.CLASSES),
                                path("", Part.LAB));
        Path idFile = dist.resolve("build.id");
        Map<Path, Path> caches = new TreeMap<>();
        for (Path file : trainings()) {
            String name = file.getFileName().toString().replace(".txt", "");
            caches.put(file, dist.resolve(name + "-" + id + ".aot"));
        }
        if (caches.values().stream().allMatch(Files::exists)
                && Files.exists(idFile)
                && Files.readString(idFile).equals(text)) {
            return;
        }
        deleteTree(dist);
        Files.createDirectories(dist.resolve("lib"));
        Files.copy(options, dist.resolve("jvm.options"));
        for (Path jar : jars) {
            Files.copy(jar, dist.resolve("lib").resolve(jar.getFileName()));
        }
        for (Map.Entry<Path, Path> cache : caches.entrySet()) {
            train(cache.getKey(), cache.getValue());
        }
        Files.writeString(idFile, text);
    }

    private List<Path> trainings() throws IOException {
        try (Stream<Path> files = Files.list(training)) {
            return files.filter(file -> file.toString().endsWith(".txt")).sorted().toList();
        }
    }

    private String path(String prefix, Part part) {
        return jars.stream()
                .map(jar -> jar.getFileName().toString())
                .filter(name -> Part.of(name) == part)
                .map(name -> prefix + name)
                .collect(Collectors.joining(":"));
    }

    /// Identifies this JVM by fields of the JDK's `release` file; the launcher reads the same ones.
    private static String jvm() throws IOException {
        var release = new Properties();
        try (var in = Files.newBufferedReader(JAVA_HOME.resolve("release"))) {
            release.load(in);
        }
        return Stream.of("IMPLEMENTOR", "JAVA_RUNTIME_VERSION", "OS_ARCH", "SOURCE")
                .map(key -> release.getProperty(key, "").replace("\"", ""))
                .reduce((left, right) -> left + " " + right)
                .orElseThrow();
    }

    private String id(String place) throws IOException {
        try {
            var hash = MessageDigest.getInstance("SHA-256");
            hash.update(place.getBytes(UTF_8));
            List<Path> inputs = new ArrayList<>(trainings());
            inputs.add(options);
            inputs.addAll(jars);
            for (Path input : inputs) {
                hash.update(Files.readAllBytes(input));
            }
            return HexFormat.of().formatHex(hash.digest(), 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }

    private void train(Path lines, Path cache) throws IOException, InterruptedException {
        Path home = Files.createTempDirectory("berth-training");
        Path output = home.resolve("output");
        try {
            var command = new ArrayList<String>();
            command.add(JAVA_HOME.resolve("bin/java").toString());
            command.add("@jvm.options");
            command.add("-XX:AOTCacheOutput=" + cache);
            String lib = dist.resolve("lib") + "/";
            command.addAll(List.of("-p", path(lib, Part.MODULE)));
            command.addAll(List.of("-cp", path(lib, Part.CLASSES)));
            command.add("dev.berth.cli.AotTraining");
            command.add(lines.toString());
            var builder = new ProcessBuilder(command).directory(dist.toFile());
            builder.environment().keySet().removeIf(name -> name.matches("JAVA_.*|JDK_.*|XDG_.*"));
            builder.environment().put("HOME", home.toString());
            builder.environment().put("XDG_RUNTIME_DIR", home.toString());
            builder.redirectErrorStream(true).redirectOutput(output.toFile());
            Process process = builder.start();
            process.getOutputStream().close();
            boolean ended = process.waitFor(TRAINING_SECONDS, TimeUnit.SECONDS);
            if (!ended) {
                process.destroyForcibly().waitFor();
            }
            if (!ended || process.exitValue() != 0 || Files.notExists(cache)) {
                System.err.println("berth: no start-up cache; the training run printed:");
                System.err.println(Files.readString(output));
            }
        } finally {
            deleteTree(home);
        }
    }

    private static void deleteTree(Path root) throws IOException {
        if (Files.notExists(root)) {
            return;
        }
        try (Stream<Path> paths = Files.walk(root)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
