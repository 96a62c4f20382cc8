package dev.berth.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.testkit.LeakCheck;
import dev.berth.testkit.RequiresProgram;
import dev.berth.testkit.RequiresRoot;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/// A port on which nothing listens but which is taken all the same: by the local end of a
/// connection.
@RequiresRoot
@RequiresProgram("python3")
@ExtendWith(LeakCheck.class)
final class HeldByConnectionTest {
    private static final int PORT = NamespacedSupervisor.PORT;

    @TempDir Path directory;

    @Test
    void aLiveConnectionIsReportedWithItsProcessAndPeer() throws Exception {
        try (NamespacedSupervisor supervisor = NamespacedSupervisor.open(directory)) {
            try (ServerSocket server = supervisor.inside(() -> new ServerSocket(9000));
                    Socket client = supervisor.inside(HeldByConnectionTest::outgoing);
                    Socket accepted = server.accept()) {
                assertThat(accepted.isConnected()).isTrue();
                supervisor.begin(PythonServers.plain(directory));
                assertThat(supervisor.awaitEnd()).isEqualTo(1);
                assertThat(client.isConnected()).isTrue();
            }
            assertThat(supervisor.said())
                    .contains("is in use by a connection of pid " + ProcessHandle.current().pid())
                    .contains("from 127.0.0.1:8080 to 127.0.0.1:9000")
                    .contains("ip_local_reserved_ports=8080")
                    .doesNotContain("wait a minute");
        }
    }

    private static Socket outgoing() throws Exception {
        Socket socket = new Socket();
        socket.setReuseAddress(false);
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), PORT));
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), 9000));
        return socket;
    }

    @Test
    void connectionsOfAnEarlierProgramAreReportedWithTheTimeToWait() throws Exception {
        try (NamespacedSupervisor supervisor = NamespacedSupervisor.open(directory)) {
            supervisor.inside(HeldByConnectionTest::leaveTimeWait);
            supervisor.begin(PythonServers.plain(directory));
            assertThat(supervisor.awaitEnd()).isEqualTo(1);
            assertThat(supervisor.said())
                    .contains("connections that no longer belong to a process (1 in TIME_WAIT)")
                    .containsPattern("wait \\d+ s, or use another port");
        }
    }

    @Test
    void aHalfClosedConnectionIsNotTakenForTimeWait() throws Exception {
        try (NamespacedSupervisor supervisor = NamespacedSupervisor.open(directory);
                SocketChannel client = supervisor.inside(HeldByConnectionTest::leaveFinWait2)) {
            supervisor.begin(PythonServers.plain(directory));
            assertThat(supervisor.awaitEnd()).isEqualTo(1);
            assertThat(client.isConnected()).isTrue();
            assertThat(supervisor.said())
                    .contains("connections that no longer belong to a process (1 in FIN_WAIT2)")
                    .containsPattern("wait \\d+ s, or use another port");
        }
    }

    /// The server's end is closed, without SO_REUSEADDR; the client's end, which is returned, is
    /// not.
    private static SocketChannel leaveFinWait2() throws Exception {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), PORT);
        try (ServerSocketChannel server = ServerSocketChannel.open()) {
            server.setOption(StandardSocketOptions.SO_REUSEADDR, false);
            server.bind(address);
            SocketChannel client = SocketChannel.open(address);
            server.accept().close();
            return client;
        }
    }

    /// The server's end closes first, without SO_REUSEADDR.
    private static String leaveTimeWait() throws Exception {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), PORT);
        try (ServerSocketChannel server = ServerSocketChannel.open()) {
            server.setOption(StandardSocketOptions.SO_REUSEADDR, false);
            server.bind(address);
            SocketChannel client = SocketChannel.open(address);
            server.accept().close();
            client.close();
        }
        return "";
    }
}
