package dev.berth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.lab.Actor;
import dev.berth.lab.Scenarios;
import dev.berth.sys.Capability;
import dev.berth.testkit.Await;
import dev.berth.testkit.ChildProcess;
import dev.berth.testkit.LeakCheck;
import dev.berth.testkit.RequiresCapability;
import dev.berth.testkit.RequiresProgram;
import dev.berth.testkit.RequiresRoot;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

/// `berth lab` as it is built: runs all scenarios once, and checks that a run leaves nothing
/// behind, however it ends. All processes of a run have a mark in their environment.
@RequiresCapability(Capability.SYS_ADMIN)
@ExtendWith(LeakCheck.class)
@Timeout(420)
class LabIT {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Path BERTH = ROOT.resolve("berth");
    private static final Duration WHOLE = Duration.ofSeconds(300);
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final Duration LONG = Duration.ofSeconds(15);
    private static final Duration SOON = Duration.ofMinutes(3);
    private static final List<String> FEW = List.of("second-bind", "reuseport-two-processes");

    private static final String ENDLESS =
            """
            name = "endless"
            claim = "-"
            actor = [{ name = "a" }, { name = "b" }, { name = "c", namespace = "other" }]
            step = [
                { op = "open", id = "s", address = "127.0.0.1:{port}" },
                { op = "wait", until = "rows = 99", within = %d, claim = true },
            ]
            """;

    @TempDir Path folder;

    private final String mark = "BERTH_TEST_MARK=" + UUID.randomUUID();
    private final List<ChildProcess> children = new ArrayList<>();
    private final List<InputStream> kept = new ArrayList<>();
    private Path temporary;

    @BeforeEach
    void openToAll() throws IOException {
        var all = PosixFilePermissions.fromString("rwxrwxrwx");
        temporary = Files.createDirectory(folder.resolve("tmp"));
        Files.setPosixFilePermissions(folder, all);
        Files.setPosixFilePermissions(temporary, all);
    }

    @AfterEach
    void end() throws IOException {
        children.forEach(ChildProcess::close);
        for (InputStream namespace : kept) {
            namespace.close();
        }
    }

    private ChildProcess start(List<String> command) throws IOException {
        var builder = new ProcessBuilder(command);
        int equals = mark.indexOf('=');
        builder.environment().put(mark.substring(0, equals), mark.substring(equals + 1));
        builder.environment().put("HOME", folder.toString());
        builder.environment().put("XDG_RUNTIME_DIR", temporary.toString());
        builder.environment().put("TMPDIR", temporary.toString());
        builder.environment().put("BERTH_JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("BERTH_JAVA_OPTS", "-Djava.io.tmpdir=" + temporary);
        ChildProcess child = ChildProcess.start(builder);
        children.add(child);
        return child;
    }

    private ChildProcess lab(List<String> words) throws IOException {
        return start(join(List.of(BERTH.toString(), "lab"), words));
    }

    /// Runs as a user without any rights, who may not even read the folder in which this is built.
    private ChildProcess labOfNobody(List<String> words) throws IOException {
        Path lib = Files.createDirectories(folder.resolve("lib"));
        try (Stream<Path> jars = Files.list(ROOT.resolve("cli/target/dist/lib"))) {
            for (Path jar : jars.toList()) {
                Path copy = lib.resolve(jar.getFileName());
                if (Files.notExists(copy)) {
                    Files.copy(jar, copy);
                }
            }
        }
        Files.setPosixFilePermissions(lib, PosixFilePermissions.fromString("rwxr-xr-x"));
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        List<String> command =
                List.of(
                        "setpriv",
                        "--reuid=65534",
                        "--regid=65534",
                        "--clear-groups",
                        "--bounding-set=-all",
                        java,
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:-UsePerfData",
                        "-Djava.io.tmpdir=" + temporary,
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        lib + "/*",
                        Main.class.getName(),
                        "lab");
        return start(join(command, words));
    }

    private static List<String> join(List<String> first, List<String> second) {
        return Stream.concat(first.stream(), second.stream()).toList();
    }

    private static String done(ChildProcess lab, Duration limit) throws InterruptedException {
        int code = lab.awaitExit(limit);
        String output = String.join("\n", lab.output());
        assertThat(code).as(output).isZero();
        return output;
    }

    /// The folders in /proc of the processes that have the mark.
    private List<Path> marked() {
        List<Path> found = new ArrayList<>();
        for (Path process : processes()) {
            try {
                if (Files.readString(process.resolve("environ")).contains(mark)) {
                    found.add(process);
                }
            } catch (IOException gone) {
                // It has ended meanwhile.
            }
        }
        return found;
    }

    private static List<Path> processes() {
        String[] names = new File("/proc").list((_, name) -> name.matches("\\d+"));
        return Stream.of(names == null ? new String[0] : names)
                .map(name -> Path.of("/proc", name))
                .toList();
    }

    private static Set<Path> namespaces(List<Path> processes) {
        Set<Path> found = new HashSet<>();
        for (Path process : processes) {
            try {
                found.add(Files.readSymbolicLink(process.resolve("ns/net")));
            } catch (IOException gone) {
                // It has ended meanwhile.
            }
        }
        return found;
    }

    /// Keeps their namespaces until the test is over; otherwise a new namespace may get the same
    /// number.
    private void keep(List<Path> processes) throws IOException {
        for (Path process : processes) {
            kept.add(new FileInputStream(process.resolve("ns/net").toFile()));
        }
    }

    private static boolean acts(Path process) {
        try {
            return Files.readString(process.resolve("cmdline")).contains(Actor.class.getName());
        } catch (IOException gone) {
            return false;
        }
    }

    /// @param used namespaces that must be gone
    private void nothingIsLeft(Set<Path> used) throws IOException {
        Await.until(SOON, () -> marked().isEmpty(), () -> "still there: " + marked());
        // An exiting process loses its mark before it leaves its namespace.
        Await.until(
                SOON,
                () -> namespaces(processes()).stream().noneMatch(used::contains),
                () -> "still there, of %s: %s".formatted(used, namespaces(processes())));
        try (Stream<Path> files = Files.list(temporary)) {
            assertThat(files).isEmpty();
        }
    }

    @Test
    void wholeLabIsAsRecordedAndThePageHasAllOfIt() throws Exception {
        Path page = folder.resolve("page.html");
        String output = done(lab(List.of("-v", "--html", page.toString())), WHOLE);
        assertThat(output).doesNotContain("changed:");
        nothingIsLeft(Set.of());
        String html = Files.readString(page);
        assertThat(Scenarios.shipped())
                .allMatch(scenario -> html.contains("<code>" + scenario.name() + "</code>"));
    }

    @Test
    void twiceInARowAndInParallelWithItself() throws Exception {
        ChildProcess first = lab(FEW);
        ChildProcess beside = lab(FEW);
        assertThat(done(first, PATIENCE)).contains("2 scenarios");
        assertThat(done(beside, PATIENCE)).contains("2 scenarios");
        done(lab(FEW), PATIENCE);
        nothingIsLeft(Set.of());
    }

    @Test
    @RequiresRoot
    @RequiresProgram({"setpriv", "unshare"})
    void anyUserTwiceInARow() throws Exception {
        Path page = temporary.resolve("page.html");
        List<String> words = join(FEW, List.of("--html", page.toString()));
        done(labOfNobody(words), PATIENCE);
        String again = done(labOfNobody(words), PATIENCE);
        assertThat(again).contains("2 scenarios", "The page is in " + page);
        Files.delete(page);
        nothingIsLeft(Set.of());
    }

    @Test
    @RequiresRoot
    @RequiresProgram({"setpriv", "unshare"})
    void forbiddenUserNamespacesAreReported() throws Exception {
        String forbid = "echo 0 >/proc/sys/user/max_user_namespaces; exec \"$@\"";
        List<String> inside = List.of("unshare", "-Ur", "sh", "-c", forbid, "-");
        List<String> bare = List.of("setpriv", "--bounding-set=-all", "--inh-caps=-all");
        ChildProcess lab =
                start(join(inside, join(bare, List.of(BERTH.toString(), "lab", "second-bind"))));
        assertThat(lab.awaitExit(PATIENCE)).isEqualTo(1);
        assertThat(String.join("\n", lab.output()))
                .contains(
                        "berth: needs root or a user namespace, which is not permitted here"
                                + " (unshare:")
                .contains("user.max_user_namespaces");
    }

    @Test
    void aReaderThatLeavesEndsTheLab() throws Exception {
        // At most eight run at once: all of them would take longer than the patience.
        String many = (" '" + endless(Duration.ofSeconds(5)) + "'").repeat(200);
        String command = "'" + BERTH + "' lab second-bind" + many + " | head -n 1; echo end";
        ChildProcess shell = start(List.of("sh", "-c", command));
        done(shell, PATIENCE);
        assertThat(shell.output()).hasSize(2).first().asString().startsWith("holds");
        nothingIsLeft(Set.of());
    }

    @Test
    void nothingIsLeftAfterSigkill() throws Exception {
        killInTheMiddle(lab(List.of(endless(LONG))));
    }

    @Test
    @RequiresRoot
    @RequiresProgram({"setpriv", "unshare"})
    void nothingIsLeftAfterSigkillOfAnyUser() throws Exception {
        killInTheMiddle(labOfNobody(List.of(endless(LONG))));
    }

    private String endless(Duration limit) throws IOException {
        String text = ENDLESS.formatted(limit.toMillis());
        return Files.writeString(folder.resolve("endless.toml"), text).toString();
    }

    private void killInTheMiddle(ChildProcess lab) throws Exception {
        Await.until(
                PATIENCE,
                () -> marked().stream().filter(LabIT::acts).count() == 3,
                () -> "no three actors: " + lab.output());
        List<Path> actors = marked().stream().filter(LabIT::acts).toList();
        Set<Path> used = namespaces(actors);
        keep(actors);
        assertThat(used).hasSizeGreaterThanOrEqualTo(2);
        lab.kill();
        nothingIsLeft(used);
    }
}
