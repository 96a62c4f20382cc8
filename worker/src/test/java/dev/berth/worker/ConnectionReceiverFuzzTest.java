package dev.berth.worker;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.berth.testkit.Fuzz;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;

/// A dispatcher that sends arbitrary packets: each is a connection, the end, or rejected; no
/// descriptor leaks, and later packets are still received.
class ConnectionReceiverFuzzTest {
    private static final byte[] CONN = "conn".getBytes(US_ASCII);
    private static final int MARK = 900;
    private static final int FIRST = 100;
    private static final int DESCRIPTORS = 500;

    private final HostileLibc libc = new HostileLibc();
    private Optional<ConnectionReceiver> receiver = Optional.empty();
    private int inputs;
    private int ends;
    private int refused;

    @AfterEach
    void close() {
        receiver.ifPresent(ConnectionReceiver::close);
    }

    @Test
    void everyPacketIsAConnectionOrTheEndOrRejected() throws Exception {
        Fuzz.ofTexts(
                        "a worker's intake",
                        "conn",
                        "conn 1",
                        "drain",
                        "probe",
                        "ready",
                        "conn tcp4 255.255.255.255 0 0.0.0.0 65536",
                        "conn tcp6 fe80::1%2 1 :: 2",
                        "conn tcp4 192.0.2.1 50000 198.51.100.255 443",
                        "conn tcp6 2001:db8::1 1 ::ffff:1.2.3.4 65535")
                .check(this::check);
        assertThat(ends).isPositive();
        assertThat(refused).isPositive();
    }

    private void check(byte[] input) throws IOException {
        if (receiver.isEmpty()) {
            receiver =
                    Optional.of(
                            ConnectionReceiver.start(
                                    new DispatcherSocket(libc, 3), new OpenFileLimit(1024)));
        }
        int descriptor =
                switch (inputs++ % 4) {
                    case 0 -> SystemCalls.NONE;
                    case 1 -> SystemCalls.LOST;
                    default -> FIRST + inputs % DESCRIPTORS;
                };
        libc.send(Arrays.copyOf(input, Math.min(input.length, Packet.MAX_BYTES)), descriptor);
        libc.send(CONN, MARK);
        receive(receiver.get());
        libc.requireAllClosed();
    }

    /// Receives everything up to the mark or the end.
    private void receive(ConnectionReceiver from) {
        while (true) {
            try {
                Optional<ReceivedConnection> next = from.take();
                if (next.isEmpty()) {
                    ends++;
                    from.close();
                    receiver = Optional.empty();
                    libc.forget();
                    return;
                }
                libc.close(next.get().descriptor());
                if (next.get().descriptor() == MARK) {
                    return;
                }
            } catch (IOException lost) {
                refused++;
                String why = String.valueOf(lost.getMessage());
                Fuzz.require(why.startsWith("a connection was lost: "), why);
            }
        }
    }
}
