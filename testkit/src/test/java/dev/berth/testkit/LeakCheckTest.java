package dev.berth.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.sys.Descriptors;
import dev.berth.sys.Fd;
import dev.berth.sys.Pidfds;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtensionContext;

import java.io.InputStream;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.Selector;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

final class LeakCheckTest {
    private static final Duration NONE = Duration.ZERO;

    @BeforeAll
    static void warm() throws Exception {
        JdkWarmup.once();
    }

    @Test
    void leakedSocketIsCaught() throws Exception {
        Resources before = Resources.now();
        try (ServerSocket leak = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThat(leak.isBound()).isTrue();
            assertThatThrownBy(() -> LeakCheck.check(before, NONE, "that test"))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageMatching(".*that test leaves behind: fd \\d+ -> socket:\\[\\d+]");
        }
        LeakCheck.check(before, NONE, "that test");
    }

    @Test
    void leakedPipeAndPidfdAndSelectorAreCaught() throws Exception {
        Resources before = Resources.now();
        int[] ends = new int[2];
        assertThat(Descriptors.pipe2(ends, 0)).isZero();
        int self = (int) ProcessHandle.current().pid();
        try (Fd read = new Fd(ends[0]);
                Fd write = new Fd(ends[1]);
                Fd pidfd = Fd.of("pidfd_open", self, Pidfds.pidfdOpen(self, 0));
                Selector selector = Selector.open()) {
            List<String> leaks = Resources.now().since(before);
            assertThat(selector.isOpen()).isTrue();
            assertThat(leaks).anyMatch(leak -> leak.startsWith("fd " + read.number() + " -> pipe"));
            assertThat(leaks).anyMatch(leak -> leak.startsWith("fd " + write.number() + " -> pip"));
            assertThat(leaks).anyMatch(leak -> leak.startsWith("fd " + pidfd.number() + " ->"));
            assertThat(leaks).anyMatch(leak -> leak.endsWith("[eventpoll]"));
        }
        assertThat(Resources.now().since(before)).isEmpty();
    }

    @Test
    void leakedChildIsCaughtWithItsCommand() throws Exception {
        Resources before = Resources.now();
        try (ChildProcess leak = ChildProcess.start("sleep", "60")) {
            assertThatThrownBy(() -> LeakCheck.check(before, NONE, "that test"))
                    .hasMessageContaining("child " + leak.pid())
                    .hasMessageContaining("sleep 60");
        }
        LeakCheck.check(before, Duration.ofSeconds(10), "that test");
    }

    @Test
    void whatEndsInTimeIsNotALeak() throws Exception {
        Resources before = Resources.now();
        Process child = new ProcessBuilder("sleep", "60").start();
        child.destroyForcibly();
        assertThatCode(() -> LeakCheck.check(before, Duration.ofSeconds(10), "that test"))
                .doesNotThrowAnyException();
    }

    @Test
    void whatWasThereBeforeIsNotALeak() throws Exception {
        try (ServerSocket old = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Resources before = Resources.now();
            assertThat(old.isBound()).isTrue();
            LeakCheck.check(before, NONE, "that test");
        }
    }

    @Test
    void anotherDescriptorOfTheSameSocketIsALeak() throws Exception {
        int[] ends = new int[2];
        assertThat(Descriptors.pipe2(ends, 0)).isZero();
        try (Fd read = new Fd(ends[0]);
                Fd write = new Fd(ends[1])) {
            Resources before = Resources.now();
            try (Fd copy = new Fd(Descriptors.fcntl(read.number(), 0, 0))) {
                assertThat(copy.isOpen() && write.isOpen()).isTrue();
                assertThat(Resources.now().since(before)).hasSize(1);
            }
        }
    }

    @Test
    void openFilesAndTheJdksOwnDescriptorsDoNotCount() throws Exception {
        Resources before = Resources.now();
        Thread.startVirtualThread(() -> assertThat(Path.of("/")).isDirectory()).join();
        try (InputStream file = Files.newInputStream(Path.of("/proc/self/stat"))) {
            assertThat(file.read()).isPositive();
            assertThat(Resources.now().since(before)).isEmpty();
        }
    }

    @Test
    void testAndClassAreCheckedSeparately() throws Exception {
        LeakCheck check = new LeakCheck();
        ExtensionContext ofClass = context("class");
        ExtensionContext ofTest = context("test");
        check.beforeAll(ofClass);
        try (ServerSocket shared = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            check.beforeEach(ofTest);
            check.afterEach(ofTest);
            assertThatThrownBy(() -> check.afterAll(ofClass))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("class leaves behind: fd");
            assertThat(shared.isBound()).isTrue();
        }
        check.afterAll(ofClass);
    }

    private static ExtensionContext context(String name) {
        Map<Object, Object> values = new HashMap<>();
        ExtensionContext.Store store =
                fake(
                        ExtensionContext.Store.class,
                        (method, arguments) ->
                                method.equals("put")
                                        ? values.put(arguments[0], arguments[1])
                                        : values.get(arguments[0]));
        return fake(
                ExtensionContext.class,
                (method, arguments) -> method.equals("getStore") ? store : name);
    }

    private interface Answer {
        Object to(String method, Object[] arguments);
    }

    private static <T> T fake(Class<T> type, Answer answer) {
        return type.cast(
                Proxy.newProxyInstance(
                        type.getClassLoader(),
                        new Class<?>[] {type},
                        (proxy, method, arguments) -> answer.to(method.getName(), arguments)));
    }
}
