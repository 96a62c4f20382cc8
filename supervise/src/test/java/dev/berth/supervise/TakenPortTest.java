package dev.berth.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.bpf.SocketTable;
import dev.berth.supervise.control.ControlResult;
import dev.berth.supervise.control.ControlServer;
import dev.berth.supervise.control.RuntimeDirectory;
import dev.berth.testkit.LeakCheck;
import dev.berth.testkit.RequiresProgram;
import dev.berth.testkit.RequiresRoot;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/// Another program of this user that already shares the port, if no port was named.
@RequiresRoot
@RequiresProgram("python3")
@ExtendWith(LeakCheck.class)
final class TakenPortTest {
    private static final String V4 = "127.0.0.1";
    private static final int PORT = NamespacedSupervisor.PORT;

    private static final ControlResult DONE = new ControlResult(ControlResult.Kind.DONE, 0, "");

    @TempDir Path directory;

    private static ServerSocketChannel rival(String host) throws IOException {
        ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.INET);
        socket.setOption(StandardSocketOptions.SO_REUSEPORT, true);
        socket.bind(new InetSocketAddress(host, PORT));
        return socket;
    }

    @ParameterizedTest
    @CsvSource({"0.0.0.0", "127.0.0.1"})
    void noGroupIsCreatedWhereAnotherProgramListens(String host) throws Exception {
        try (NamespacedSupervisor supervisor = NamespacedSupervisor.open(directory)) {
            try (ServerSocketChannel rival = supervisor.inside(() -> rival(host))) {
                supervisor.begin(PythonServers.plain(directory));
                assertThat(supervisor.awaitEnd()).isEqualTo(1);
                assertThat(supervisor.inside(supervisor::listeners)).hasSize(1);
                assertThat(rival.isOpen()).isTrue();
            }
            long self = ProcessHandle.current().pid();
            assertThat(supervisor.said())
                    .contains("tcp://0.0.0.0:8080 is taken by pid " + self + " (")
                    .contains(":8080; stop it, use another port, or share this one with it: --join")
                    .contains("Address already in use");
        }
    }

    @Test
    void anotherSupervisorIsReportedByName() throws Exception {
        Path control = directory.resolve("shop").resolve(RuntimeDirectory.CONTROL);
        try (NamespacedSupervisor supervisor = NamespacedSupervisor.open(directory);
                ServerSocketChannel _ = supervisor.inside(() -> rival("0.0.0.0"));
                ControlServer _ = ControlServer.open(control, (_, _, _) -> DONE)) {
            supervisor.begin(PythonServers.plain(directory));
            assertThat(supervisor.awaitEnd()).isEqualTo(1);
            assertThat(supervisor.said())
                    .contains(
                            "tcp://0.0.0.0:8080 already belongs to supervisor shop (pid "
                                    + ProcessHandle.current().pid()
                                    + "); stop it (berth stop shop), use another port,"
                                    + " or share this one with it: --join");
        }
    }

    @Test
    void withJoinTheGroupIsSharedAnyway() throws Exception {
        try (NamespacedSupervisor supervisor = NamespacedSupervisor.open(directory).join()) {
            try (ServerSocketChannel _ = supervisor.inside(() -> rival("0.0.0.0"))) {
                supervisor.start(PythonServers.plain(directory));
                supervisor.await(
                        "a stranger", () -> supervisor.status().foreignSockets().size() == 1);
                assertThat(supervisor.status().steer()).isEqualTo("hash (kernel)");
            }
            assertThat(supervisor.slots(V4, PORT)).containsExactlyInAnyOrder(0, 1);
        }
    }

    @Test
    void withJoinTheOtherProgramKeepsItsShare() throws Exception {
        try (NamespacedSupervisor supervisor = NamespacedSupervisor.open(directory).join()) {
            try (ServerSocketChannel rival = supervisor.inside(() -> rival("0.0.0.0"))) {
                rival.configureBlocking(false);
                supervisor.start(PythonServers.plain(directory));
                // The kernel's hash decides: that none of so many go to the other is too unlikely.
                int theirs = 0;
                for (int i = 0; i < 100 && theirs == 0; i++) {
                    try (SocketChannel client = supervisor.inside(TakenPortTest::connected);
                            SocketChannel accepted = rival.accept()) {
                        assertThat(client.isConnected()).isTrue();
                        theirs += accepted == null ? 0 : 1;
                    }
                }
                assertThat(theirs).isPositive();
            }
        }
    }

    private static SocketChannel connected() throws IOException {
        return SocketChannel.open(new InetSocketAddress(V4, PORT));
    }

    @Test
    void aLaterForeignSocketServesAllWhenTheGroupEnds() throws Exception {
        try (NamespacedSupervisor supervisor = NamespacedSupervisor.open(directory)) {
            supervisor.start(PythonServers.plain(directory));
            try (ServerSocketChannel rival = supervisor.inside(() -> rival("0.0.0.0"))) {
                supervisor.stop();
                for (int i = 0; i < 20; i++) {
                    try (SocketChannel client = supervisor.inside(TakenPortTest::connected);
                            SocketChannel accepted = rival.accept()) {
                        assertThat(accepted.getRemoteAddress()).isEqualTo(client.getLocalAddress());
                    }
                }
            }
        }
    }

    @Test
    void aGroupSteeredByAnotherProgramIsNotJoined() throws Exception {
        try (NamespacedSupervisor supervisor = NamespacedSupervisor.open(directory).join();
                ServerSocketChannel _ = supervisor.inside(() -> rival("0.0.0.0"));
                SocketTable _ = SocketTable.create(1)) {
            supervisor.begin(PythonServers.plain(directory));
            assertThat(supervisor.awaitEnd()).isEqualTo(1);
            assertThat(supervisor.said())
                    .contains("it steers every connection to its own sockets")
                    .contains("start both with --join");
        }
    }

    @Test
    void aLaterForeignSocketDoesNotPreventASuccessor() throws Exception {
        try (NamespacedSupervisor supervisor = NamespacedSupervisor.open(directory)) {
            supervisor.start(PythonServers.plain(directory));
            try (ServerSocketChannel _ = supervisor.inside(() -> rival("0.0.0.0"))) {
                supervisor.roll();
                assertThat(supervisor.slot(0).generation()).isEqualTo(2);
            }
        }
    }
}
