package dev.berth.supervise;

import dev.berth.supervise.contract.Command;
import dev.berth.supervise.contract.EventSink;
import dev.berth.supervise.contract.Request;
import dev.berth.supervise.contract.RequestResult;
import dev.berth.supervise.contract.ServiceSpec;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.supervise.process.Env;
import dev.berth.sys.Signal;
import dev.berth.sys.Users;
import dev.berth.testkit.ChildProcess;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/// A supervisor in a JVM of its own, to be killed, or to run as another user.
///
/// It prints its messages and its workers' output. It reads commands from the file `orders` in its
/// runtime directory, one per line: `roll`, `stop`, and `memory`, which prints how many bytes of
/// its heap are in use.
public final class LoneSupervisor {
    private LoneSupervisor() {}

    /// The system property with the uid of the workers, if it differs from this process's.
    private static final String USER = "test.user";

    private static final int LOOKS_AT_MEMORY = 3;

    /// @param arguments runtime directory, `cgroup` or `plain`, number of workers, the command
    public static void main(String[] arguments) throws Exception {
        Path runtime = Path.of(arguments[0]);
        ServiceSpec spec =
                new SupervisorFixture.Setup()
                        .command(new Command(List.of(arguments).subList(3, arguments.length)))
                        .workers(Integer.parseInt(arguments[2]))
                        .user(Optional.ofNullable(Integer.getInteger(USER)).flatMap(Users::byUid))
                        .plan(runtime);
        EventSink printer =
                new EventSink() {
                    @Override
                    public void onEvent(String text) {
                        System.out.println(text);
                    }

                    @Override
                    public void onOutput(WorkerId worker, boolean error, String line) {
                        System.out.println(worker + " " + line);
                    }
                };
        try (Supervisor supervisor =
                Supervisor.create(
                        spec,
                        printer,
                        Env.system().withCgroups(arguments[1].equals("cgroup")),
                        Optional.empty(),
                        Optional.empty())) {
            System.out.println("steering " + supervisor.steering());
            Thread.ofPlatform().daemon().start(() -> obey(supervisor, runtime.resolve("orders")));
            System.out.println("exit " + supervisor.run());
        }
    }

    private static void obey(Supervisor supervisor, Path orders) {
        int done = 0;
        try {
            while (true) {
                List<String> lines = Files.exists(orders) ? Files.readAllLines(orders) : List.of();
                for (String order : lines.subList(done, lines.size())) {
                    if (order.equals("memory")) {
                        System.out.println("memory " + used());
                        continue;
                    }
                    Request request =
                            order.equals("roll")
                                    ? new Request.Roll(Optional.empty())
                                    : new Request.Stop();
                    RequestResult result = supervisor.ask(request).join();
                    System.out.println(order + " " + result.done() + " " + result.text());
                }
                done = lines.size();
                Thread.sleep(20);
            }
        } catch (IOException | InterruptedException failed) {
            System.out.println("orders: " + failed);
        }
    }

    /// The smallest of several measurements: memory that a cleaner releases is gone after the next
    /// collection.
    private static long used() throws InterruptedException {
        Runtime jvm = Runtime.getRuntime();
        long least = Long.MAX_VALUE;
        for (int i = 0; i < LOOKS_AT_MEMORY; i++) {
            System.gc();
            Thread.sleep(20);
            least = Math.min(least, jvm.totalMemory() - jvm.freeMemory());
        }
        return least;
    }

    /// Starts one through `prefix` (empty: as this user).
    static ChildProcess start(
            Path runtime, List<String> prefix, boolean cgroup, int workers, Command command)
            throws IOException {
        return start(runtime, prefix, List.of(), cgroup, workers, command);
    }

    /// Starts one whose workers run as another user.
    static ChildProcess start(Path runtime, int uid, int workers, Command command)
            throws IOException {
        List<String> options = List.of("-D" + USER + "=" + uid);
        return start(runtime, List.of(), options, true, workers, command);
    }

    private static ChildProcess start(
            Path runtime,
            List<String> prefix,
            List<String> options,
            boolean cgroup,
            int workers,
            Command command)
            throws IOException {
        List<String> words = new ArrayList<>(prefix);
        words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        words.addAll(options);
        words.addAll(
                List.of(
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Xshare:auto",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        classPath(runtime.resolveSibling(runtime.getFileName() + "-classes")),
                        LoneSupervisor.class.getName(),
                        runtime.toString(),
                        cgroup ? "cgroup" : "plain",
                        Integer.toString(workers)));
        words.addAll(command.words());
        return ChildProcess.start(new ProcessBuilder(words).directory(new File("/")));
    }

    static void order(Path runtime, String order) throws IOException {
        Files.writeString(
                runtime.resolve("orders"),
                order + "\n",
                java.nio.file.StandardOpenOption.CREATE,
                java.nio.file.StandardOpenOption.APPEND);
    }

    /// Copies the classes needed: the originals may be in a place that another user cannot read.
    private static String classPath(Path copies) throws IOException {
        Files.createDirectories(copies);
        List<String> parts = new ArrayList<>();
        for (Class<?> one :
                List.of(
                        LoneSupervisor.class,
                        Supervisor.class,
                        Signal.class,
                        ChildProcess.class,
                        dev.berth.net.ListenAddress.class,
                        dev.berth.bpf.SeccompFilter.class)) {
            Path copy = copies.resolve("part" + parts.size());
            copy(root(one), copy);
            parts.add(copy.toString());
        }
        return String.join(File.pathSeparator, parts);
    }

    /// The jar or folder that `one` was loaded from.
    private static Path root(Class<?> one) {
        String file = one.getName().replace('.', '/') + ".class";
        String place = Objects.requireNonNull(one.getResource("/" + file), file).toString();
        String above = place.substring(0, place.length() - file.length());
        String jar = above.startsWith("jar:") ? above.substring(4, above.length() - 2) : above;
        return Path.of(URI.create(jar));
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path path : all.toList()) {
                Path target = to.resolve(from.relativize(path).toString());
                if (from.equals(path)) {
                    target = to;
                }
                if (Files.isDirectory(path)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(path, target);
                }
                boolean folder = Files.isDirectory(target);
                Files.setPosixFilePermissions(
                        target,
                        PosixFilePermissions.fromString(folder ? "rwxr-xr-x" : "rw-r--r--"));
            }
        }
    }
}
