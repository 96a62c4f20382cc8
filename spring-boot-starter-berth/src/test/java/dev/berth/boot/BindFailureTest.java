package dev.berth.boot;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.web.server.PortInUseException;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketException;
import java.util.Optional;

class BindFailureTest {
    private static final BindException TAKEN = new BindException("Address already in use");

    @ParameterizedTest
    @CsvSource({
        "Failed to bind to address 0.0.0.0/0.0.0.0:9090, 0.0.0.0, 9090",
        "Failed to bind to /[0:0:0:0:0:0:0:0]:9090, 0:0:0:0:0:0:0:0, 9090",
        "Failed to bind to app.example.org/192.0.2.7:8443, 192.0.2.7, 8443",
        "Could not bind on localhost:9090, '', 9090"
    })
    void readsTheAddressFromAnOuterMessage(String message, String host, int port) {
        Optional<BindFailure> failure = BindFailure.in(new IOException(message, TAKEN));

        assertThat(failure.flatMap(BindFailure::place))
                .contains(new ConfiguredPort(host, port, ""));
        assertThat(failure.map(BindFailure::message)).contains("Address already in use");
    }

    @Test
    void knowsBootsOwnException() {
        Throwable boot = new IllegalStateException("context", new PortInUseException(8081));

        assertThat(BindFailure.in(boot).flatMap(BindFailure::place))
                .contains(new ConfiguredPort("", 8081, ""));
    }

    @Test
    void knowsExceptionsOfNativeTransports() {
        IOException netty =
                new IOException("bind(..) failed with error(-98): Address already in use");

        assertThat(BindFailure.in(new RuntimeException(netty))).isPresent();
    }

    @Test
    void knowsDeniedPermission() {
        BindException denied = new BindException("Permission denied");

        assertThat(BindFailure.in(denied).map(BindFailure::message)).contains("Permission denied");
    }

    @Test
    void recognisesDatagramSockets() throws Exception {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        try (DatagramSocket first = new DatagramSocket(0, loopback)) {
            SocketException refused = second(first.getLocalPort(), loopback);

            assertThat(BindFailure.in(refused).map(BindFailure::datagram)).contains(true);
            assertThat(BindFailure.in(refused).map(BindFailure::origin).orElse(""))
                    .startsWith(BindFailureTest.class.getName());
        }
    }

    @Test
    void leavesOtherFailuresAlone() {
        assertThat(BindFailure.in(new ConnectException("Connection refused"))).isEmpty();
        assertThat(BindFailure.in(new IOException("/etc/x: Permission denied"))).isEmpty();
        assertThat(BindFailure.in(new IllegalStateException("no"))).isEmpty();
    }

    @Test
    void endsOnCircularCauses() {
        Exception one = new Exception("one");
        one.initCause(new Exception("two", one));

        assertThat(BindFailure.in(one)).isEmpty();
    }

    private static SocketException second(int port, InetAddress host) {
        try (DatagramSocket socket = new DatagramSocket(port, host)) {
            throw new AssertionError("bound " + socket.getLocalSocketAddress());
        } catch (SocketException refused) {
            return refused;
        }
    }
}
