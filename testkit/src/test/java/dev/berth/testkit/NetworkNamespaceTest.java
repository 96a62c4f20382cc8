package dev.berth.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.sys.Capability;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;

@RequiresCapability(Capability.SYS_ADMIN)
@ExtendWith(LeakCheck.class)
final class NetworkNamespaceTest {
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
    private static final int PORT = 80;

    @Test
    void tasksRunInANamespaceOfTheirOwn() throws Exception {
        try (NetworkNamespace first = NetworkNamespace.open();
                NetworkNamespace second = NetworkNamespace.open()) {
            String here = namespaceOf("thread-self");
            String there = first.call(() -> namespaceOf("thread-self"));
            assertThat(there).startsWith("net:[").isNotEqualTo(here);
            assertThat(first.call(() -> namespaceOf("thread-self"))).isEqualTo(there);
            assertThat(second.call(() -> namespaceOf("thread-self"))).isNotEqualTo(there);
            assertThat(namespaceOf("thread-self")).isEqualTo(here);
        }
    }

    @Test
    void loopbackIsUpAndEveryPortIsFree() throws Exception {
        try (NetworkNamespace first = NetworkNamespace.open();
                NetworkNamespace second = NetworkNamespace.open();
                ServerSocket server = first.call(() -> new ServerSocket(PORT, 1, LOOPBACK));
                ServerSocket other = second.call(() -> new ServerSocket(PORT, 1, LOOPBACK));
                Socket client = first.call(() -> new Socket(LOOPBACK, PORT));
                Socket peer = server.accept()) {
            client.getOutputStream().write(7);
            assertThat(peer.getInputStream().read()).isEqualTo(7);
            assertThat(other.getLocalPort()).isEqualTo(PORT);
        }
    }

    @Test
    void childrenOfTheThreadAreInside() throws Exception {
        try (NetworkNamespace namespace = NetworkNamespace.open();
                ChildProcess child = namespace.call(() -> ChildProcess.start("sleep", "60"))) {
            assertThat(namespaceOf(String.valueOf(child.pid())))
                    .isEqualTo(namespace.call(() -> namespaceOf("thread-self")));
        }
    }

    @Test
    void exceptionsOfATaskAreRethrown() throws Exception {
        try (NetworkNamespace namespace = NetworkNamespace.open()) {
            IOException failure = new IOException("x");
            assertThatThrownBy(
                            () ->
                                    namespace.run(
                                            () -> {
                                                throw failure;
                                            }))
                    .isSameAs(failure);
            AssertionError error = new AssertionError("y");
            assertThatThrownBy(
                            () ->
                                    namespace.call(
                                            () -> {
                                                throw error;
                                            }))
                    .isSameAs(error);
        }
    }

    @Test
    void taskMayCallAgain() throws Exception {
        try (NetworkNamespace namespace = NetworkNamespace.open()) {
            assertThat(namespace.<String>call(() -> namespace.call(() -> "inner")))
                    .isEqualTo("inner");
        }
    }

    @Test
    void threadEndsAtClose() throws Exception {
        NetworkNamespace namespace = NetworkNamespace.open();
        Thread inside = namespace.call(Thread::currentThread);
        namespace.close();
        namespace.close();
        assertThat(inside.join(Duration.ofSeconds(10))).isTrue();
        assertThatThrownBy(() -> namespace.call(() -> 1))
                .isInstanceOf(RejectedExecutionException.class);
    }

    private static String namespaceOf(String process) throws IOException {
        return Files.readSymbolicLink(Path.of("/proc", process, "ns", "net")).toString();
    }
}
