package dev.berth.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.supervise.contract.Command;
import dev.berth.supervise.contract.Request;
import dev.berth.supervise.contract.RequestResult;
import dev.berth.sys.Capabilities;
import dev.berth.sys.Capability;
import dev.berth.testkit.FreePort;
import dev.berth.testkit.LeakCheck;
import dev.berth.testkit.RequiresCapability;
import dev.berth.testkit.RequiresProgram;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// Rolls to a version that listens on another address of the same port. The kernel prefers the more
/// specific of two addresses, and among the wildcards the one of the client's family.
@ExtendWith(LeakCheck.class)
@RequiresProgram("python3")
class AddressChangeTest {
    private static final String SERVES =
            """
            import os, socket
            s = socket.socket(%s)
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            s.bind(("%s", %d))
            s.listen()
            while True:
                c, _ = s.accept()
                c.recv(4096)
                c.sendall(b"HTTP/1.0 200 OK\\r\\n\\r\\n%%d" %% os.getpid())
                c.close()
            """;

    private static final String BAD =
            """
            import os, socket
            s = socket.socket()
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            s.bind(("0.0.0.0", %d))
            s.listen()
            s.accept()
            os._exit(4)
            """;

    private static Command at(String host, int port) {
        String family = host.contains(":") ? "socket.AF_INET6" : "socket.AF_INET";
        return new Command(List.of(Programs.python(), "-c", SERVES.formatted(family, host, port)));
    }

    @ParameterizedTest
    @CsvSource({"127.0.0.1, 0.0.0.0", "0.0.0.0, ::", "::, 0.0.0.0"})
    void noClientIsRefusedAtAnyMoment(String before, String after) throws Exception {
        int port = FreePort.tcp();
        SupervisorFixture.Setup setup =
                new SupervisorFixture.Setup().command(at(before, port)).workers(2);
        try (SupervisorFixture fixture = SupervisorFixture.start(setup).awaitReady();
                ClientLoad clientLoad =
                        new ClientLoad(new InetSocketAddress("127.0.0.1", port), 4)) {
            Request.Roll roll =
                    new Request.Roll(
                            Optional.of(at(after, port)), Map.of(), OptionalInt.empty(), true);

            String text = fixture.ask(roll).text();
            if (Capabilities.has(Capability.NET_RAW)) {
                assertThat(text).isEqualTo("rolled 2 slots");
                assertThat(clientLoad.end()).isEmpty();
            } else {
                // The old workers get the clients until they are told to stop, and lose those that
                // they have not accepted by then.
                assertThat(text).startsWith("rolled 2 slots");
                assertThat(clientLoad.end()).noneMatch(failure -> failure.contains("refused"));
            }
        }
    }

    /// Without the privilege, see [UnprivilegedTest].
    @Test
    @RequiresCapability(Capability.NET_RAW)
    void theOldVersionIsReachedAgainIfTheWiderVersionIsBad() throws Exception {
        int port = FreePort.tcp();
        Command dies = new Command(List.of(Programs.python(), "-c", BAD.formatted(port)));
        SupervisorFixture.Setup setup =
                new SupervisorFixture.Setup().command(at("127.0.0.1", port)).workers(1);
        try (SupervisorFixture fixture = SupervisorFixture.start(setup).awaitReady();
                ClientLoad clientLoad =
                        new ClientLoad(new InetSocketAddress("127.0.0.1", port), 4)) {
            String old = Integer.toString(fixture.pid(0));

            RequestResult result = fixture.ask(new Request.Roll(Optional.of(dies)));

            assertThat(result.done()).isFalse();
            int then = clientLoad.answered();
            fixture.await(() -> clientLoad.answered() > then + 20);
            assertThat(clientLoad.end()).noneMatch(failure -> failure.contains("refused"));
            assertThat(ClientLoad.ask(new InetSocketAddress("127.0.0.1", port))).isEqualTo(old);
        }
    }
}
