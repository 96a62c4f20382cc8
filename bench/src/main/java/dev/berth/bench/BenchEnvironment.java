package dev.berth.bench;

import dev.berth.bench.BerthRun.Setup;
import dev.berth.examples.SamplePaths;
import dev.berth.examples.SampleServer;
import dev.berth.examples.SampleServer.Need;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

/// The environment of a bench command: its options, the source tree, a scratch folder that is
/// removed at the end, and the user as whom Berth runs.
///
/// @param root the top of the source tree
/// @param scratch for control sockets, logs and files that servers write
/// @param options of the command; with `--unprivileged` Berth runs as `nobody` without any
///   capability, which requires root
record BenchEnvironment(Path root, Path scratch, BenchOptions options) implements AutoCloseable {
    private static final int NOBODY = 65534;
    private static final int FIRST_PORT = 20_000;
    private static final int END_PORT = 32_000;

    /// Opens one. The system property `berth.home` names the source tree.
    static BenchEnvironment open(BenchOptions options) throws IOException {
        Path root = Path.of(System.getProperty("berth.home", ".")).toRealPath();
        Path scratch = Files.createTempDirectory("berth-bench");
        var bench = new BenchEnvironment(root, scratch, options);
        BenchShutdown.opened(bench);
        for (String folder : List.of("run", "servers", "home")) {
            bench.makeOwnedByUser(Files.createDirectory(scratch.resolve(folder)));
        }
        bench.makeOwnedByUser(scratch);
        return bench;
    }

    private boolean unprivileged() {
        return options.has("unprivileged");
    }

    private void makeOwnedByUser(Path path) throws IOException {
        if (unprivileged()) {
            Files.setAttribute(path, "unix:uid", NOBODY);
        }
    }

    /// The folder for Berth's control sockets.
    Path runtime() {
        return scratch.resolve("run");
    }

    /// A builder for `command` in this environment and as its user.
    ProcessBuilder builder(List<String> command) {
        BenchShutdown.awaitLeave();
        List<String> words = new ArrayList<>();
        if (unprivileged()) {
            String id = Integer.toString(NOBODY);
            words.addAll(List.of("setpriv", "--reuid", id, "--regid", id, "--clear-groups"));
            words.addAll(List.of("--inh-caps=-all", "--bounding-set=-all"));
        }
        words.addAll(command);
        var builder = new ProcessBuilder(words);
        Map<String, String> environment = builder.environment();
        environment.put("XDG_RUNTIME_DIR", runtime().toString());
        if (unprivileged()) {
            // Another user cannot reach a private python or node in root's home.
            environment.put("PATH", "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin");
            environment.put("HOME", scratch.resolve("home").toString());
        }
        return builder;
    }

    /// Like [#builder], but in a session of its own, as a service manager starts its services and
    /// Berth its workers. If the kernel groups processes by session for scheduling, a process in
    /// this program's session would have to share its clients' CPU.
    ProcessBuilder service(List<String> command) {
        List<String> words = new ArrayList<>(List.of("setsid"));
        words.addAll(command);
        return builder(words);
    }

    /// What `berth run` is to start, under a name that no other run of a bench command uses.
    ///
    /// @param kind begins the name
    /// @param own options of `run`; those that follow `--` on the command line come after them
    Setup setup(String kind, int port, int workers, List<String> own, List<String> command) {
        List<String> all = new ArrayList<>(own);
        all.addAll(options.rest());
        String name = kind + "-" + ProcessHandle.current().pid();
        return new Setup(name, port, workers, all, command);
    }

    /// The path of the launcher.
    String berth() {
        return System.getProperty("berth.command", root.resolve("berth").toString());
    }

    /// The command of a sample server.
    List<String> command(SampleServer server, int port, int privatePort) {
        return SamplePaths.of(root, scratch.resolve("servers")).command(server, port, privatePort);
    }

    /// The programs that `server` needs and this machine lacks; builds the Maven projects if
    /// necessary.
    List<String> missing(SampleServer server) throws IOException {
        List<String> missing = new ArrayList<>();
        for (Need need : server.needs().stream().sorted().toList()) {
            if (!need.program().isEmpty() && !onPath(need.program())) {
                missing.add(need.program() + " (apt-get install " + need.debian() + ")");
            }
        }
        build(server, Need.JVM_SERVERS, "examples/servers/jvm/target/lib");
        build(server, Need.BOOT, "examples/servers/boot/target/boot.jar");
        return missing;
    }

    private void build(SampleServer server, Need need, String result) throws IOException {
        if (!server.needs(need) || Files.exists(root.resolve(result))) {
            return;
        }
        var maven =
                new ProcessBuilder(
                        root.resolve("mvnw").toString(), "-q", "-f", "examples/servers", "package");
        maven.directory(root.toFile()).environment().put("JAVA_HOME", javaHome());
        Shell.Ended ended = Shell.run(maven);
        if (ended.code() != 0) {
            throw new IOException("mvnw -f examples/servers package: " + ended.output());
        }
    }

    private static String javaHome() {
        return System.getProperty("java.home");
    }

    private static boolean onPath(String program) {
        if (program.startsWith("/")) {
            return Files.exists(Path.of(program));
        }
        String path = System.getenv().getOrDefault("PATH", "") + ":/usr/sbin";
        return Stream.of(path.split(":"))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }

    /// A TCP port that nothing listens on, outside the range of ephemeral ports, followed by
    /// `others` free ones.
    static int freePort(int others) throws IOException {
        for (int attempt = 0; attempt < 200; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(FIRST_PORT, END_PORT - others);
            if (Stream.iterate(port, next -> next + 1)
                    .limit(others + 1L)
                    .allMatch(BenchEnvironment::free)) {
                return port;
            }
        }
        throw new IOException("no free port in " + FIRST_PORT + ".." + END_PORT);
    }

    private static boolean free(int port) {
        try (var any = new ServerSocket(port, 1, InetAddress.ofLiteral("0.0.0.0"))) {
            return any.isBound();
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void close() throws IOException {
        BenchShutdown.closed(this);
        try (Stream<Path> paths = Files.walk(scratch)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}
