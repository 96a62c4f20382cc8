package dev.berth.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.net.ListenAddress;
import dev.berth.net.ListenerFactory;
import dev.berth.sys.Fd;
import dev.berth.sys.SocketOption;
import dev.berth.testkit.FreePort;
import dev.berth.testkit.LeakCheck;

import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.OptionalInt;

/// Whether a listener ignores clients that send nothing is read from the listener itself.
@ExtendWith(LeakCheck.class)
final class DeferAcceptTest {
    @ParameterizedTest
    @ValueSource(ints = {0, 10})
    void itIsKnownForAListenerThatCanBeInspected(int seconds) throws Exception {
        int port = FreePort.tcp();
        ListenAddress where = ListenAddress.parse("127.0.0.1:" + port);
        try (Fd socket = ListenerFactory.open(where, false, OptionalInt.empty())) {
            SocketOption.DEFER_ACCEPT.write(socket.number(), seconds);
            ListenerFactory.listen(socket, 4);

            assertThat(PortReport.of(port).sockets())
                    .singleElement()
                    .extracting(listener -> listener.options().deferAccept().orElseThrow())
                    .isEqualTo(seconds > 0);
        }
    }
}
