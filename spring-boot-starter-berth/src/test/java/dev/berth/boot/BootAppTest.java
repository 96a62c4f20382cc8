package dev.berth.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.berth.boot.BootLine.Ended;
import dev.berth.testkit.ChildProcess;
import dev.berth.testkit.FreePort;
import dev.berth.testkit.NetworkNamespace;
import dev.berth.testkit.RequiresProgram;
import dev.berth.testkit.RequiresRoot;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Real applications on both release lines of Spring Boot whose port is taken by another program.
@RequiresProgram("python3")
class BootAppTest {
    private static final String JAVA = java(Path.of(System.getProperty("java.home")));
    private static final List<String> NOBODY =
            List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", JAVA);
    private static final String HOLDER = "python3 -u -m http.server -b 127.0.0.1 %d";
    private static final Duration LIMIT = Duration.ofMinutes(3);

    private final int port = FreePort.tcp();

    @ParameterizedTest
    @EnumSource(BootLine.class)
    void namesTheHolderOfTheWebServersPort(BootLine line, @TempDir Path scratch) throws Exception {
        Path jar = ExecutableJar.of(line, scratch);
        try (ChildProcess holder = holder()) {
            Ended app = line.runJar(List.of(JAVA), jar, "--server.port=" + port);

            assertNamed(app, holder, "server.port");
            assertThat(app.report()).contains("Port " + port + " cannot be bound");
        }
    }

    @Test
    void namesTheHolderOfTheManagementPort() throws Exception {
        try (ChildProcess holder = holder()) {
            Ended app =
                    BootLine.BOOT_3_5.run(
                            JAVA, "--server.port=0", "--management.server.port=" + port);

            assertNamed(app, holder, "management.server.port");
        }
    }

    @ParameterizedTest
    @EnumSource(BootLine.class)
    @RequiresRoot
    @RequiresProgram("setpriv")
    void checksTheKernelFromWithinAnExecutableJarIfItMay(BootLine line, @TempDir Path scratch)
            throws Exception {
        Files.setPosixFilePermissions(scratch, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path jar = ExecutableJar.of(line, scratch);
        List<String> root = List.of("env", "XDG_CACHE_HOME=" + scratch, JAVA);

        assertThat(line.runJar(root, jar, "--check").output()).contains("verdict=AGREED");
        assertThat(line.runJar(NOBODY, jar, "--check").output())
                .contains("verdict=NOT_RUN", "no second JVM can be started with this code")
                .contains("inside jar:nested:" + jar);
    }

    @Test
    @RequiresRoot
    @RequiresProgram("setpriv")
    void saysWhatALowPortNeeds(@TempDir Path scratch) throws Exception {
        Files.setPosixFilePermissions(scratch, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path jar = ExecutableJar.of(BootLine.BOOT_4_1, scratch);
        try (NetworkNamespace inside = NetworkNamespace.open()) {
            Ended app =
                    inside.call(() -> BootLine.BOOT_4_1.runJar(NOBODY, jar, "--server.port=80"));

            assertThat(app.code()).as(app.output()).isOne();
            assertThat(app.report())
                    .contains("Permission denied", "server.port=80: ports below 1024")
                    .contains("CAP_NET_BIND_SERVICE", "setcap");
        }
    }

    @Test
    void checksConfiguredPortsIfTheExceptionNamesNone() throws Exception {
        try (ChildProcess holder = holder()) {
            Ended app = BootLine.BOOT_4_1.run(JAVA, "--server.port=0", "--feed.port=" + port);

            assertNamed(app, holder, "feed.port");
            assertThat(app.report())
                    .contains("does not name the port", "dev.berth.boot.BootApp$Feed.open");
        }
    }

    @Test
    void listsListenersIfNothingNamesThePort() throws Exception {
        try (ChildProcess holder = holder()) {
            Ended app = BootLine.BOOT_3_5.run(JAVA, "--server.port=0", "--feed.hidden=" + port);

            assertThat(app.code()).isOne();
            assertThat(app.report())
                    .contains("does not name the port", "Feed.open(BootApp.java:")
                    .contains("Listeners on this machine");
            assertThat(holder.isAlive()).isTrue();
        }
    }

    @Test
    void leavesItToBootOnAnOlderJava() throws Exception {
        Optional<Path> older = olderJava();
        assumeTrue(older.isPresent(), "no JDK from 17 to 24 below /usr/lib/jvm");
        try (ChildProcess holder = holder()) {
            Ended app = BootLine.BOOT_4_1.run(java(older.get()), "--server.port=" + port);

            assertThat(app.code()).isOne();
            assertThat(app.report())
                    .contains("Port " + port + " was already in use")
                    .doesNotContain("pid " + holder.pid());
            assertThat(app.output()).doesNotContain("LinkageError", "UnsupportedClassVersion");
        }
    }

    private void assertNamed(Ended app, ChildProcess holder, String property) {
        assertThat(app.code()).as(app.output()).isOne();
        assertThat(app.report())
                .contains("pid " + holder.pid() + " (" + HOLDER.formatted(port) + ")")
                .contains("of user " + System.getProperty("user.name"))
                .contains("- stop pid " + holder.pid())
                .contains(property + "=" + port)
                .contains("The port is set by " + property);
        assertThat(app.output()).doesNotContain("WARNING: ", "restricted method");
    }

    private ChildProcess holder() throws IOException {
        ChildProcess child = ChildProcess.start(HOLDER.formatted(port).split(" "));
        child.awaitLine(line -> line.startsWith("Serving HTTP"), LIMIT);
        return child;
    }

    private static String java(Path home) {
        return home.resolve("bin/java").toString();
    }

    private static Optional<Path> olderJava() throws IOException {
        try (Stream<Path> homes = Files.list(Path.of("/usr/lib/jvm"))) {
            return homes.filter(BootAppTest::older).findFirst();
        }
    }

    private static boolean older(Path home) {
        try {
            String text = Files.readString(home.resolve("release"));
            return text.matches("(?s).*JAVA_VERSION=\"(17|18|19|2[0-4])\\..*")
                    && Files.isExecutable(home.resolve("bin/java"));
        } catch (IOException none) {
            return false;
        }
    }
}
