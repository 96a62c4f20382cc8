package dev.berth.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;

@ExtendWith(LeakCheck.class)
final class FreePortTest {

    @Test
    void tcpPortCanBeBoundAndIsNotGivenTwice() throws Exception {
        int port = FreePort.tcp();
        assertThat(FreePort.tcp()).isNotEqualTo(port);
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            assertThat(socket.getLocalPort()).isEqualTo(port);
        }
    }

    @Test
    void udpPortCanBeBound() throws Exception {
        int port = FreePort.udp();
        try (DatagramSocket socket = new DatagramSocket(port)) {
            assertThat(socket.getLocalPort()).isEqualTo(port);
        }
    }
}
