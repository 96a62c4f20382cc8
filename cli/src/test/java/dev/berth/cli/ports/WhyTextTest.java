package dev.berth.cli.ports;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.inspect.BindForecast;
import dev.berth.inspect.BindRequest;
import dev.berth.inspect.Cause;
import dev.berth.inspect.PortSocket;
import dev.berth.inspect.SocketOptions;
import dev.berth.net.ListenAddress;
import dev.berth.net.Protocol;
import dev.berth.net.TcpState;
import dev.berth.sys.Errno;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// The output of `berth why` when a busy group of Berth is in the way.
class WhyTextTest {
    private static List<PortSocket> busy() {
        List<PortSocket> sockets = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            sockets.add(
                    WhoSamples.listener(
                            "0.0.0.0:8080",
                            true,
                            WhoSamples.owner(9, "java dev.berth.cli.Main run")));
        }
        for (int i = 0; i < 46; i++) {
            sockets.add(
                    WhoSamples.socket(
                            WhoSamples.row(
                                    Protocol.TCP,
                                    TcpState.TIME_WAIT,
                                    "127.0.0.1:8080",
                                    "127.0.0.1:" + (50_000 + i),
                                    0,
                                    OptionalInt.of(1000 * (i + 1))),
                            SocketOptions.unknown("only the kernel holds it"),
                            0,
                            "kept"));
        }
        return sockets;
    }

    private static List<String> lines() {
        BindRequest request = BindRequest.of(ListenAddress.parse("0.0.0.0:8080"));
        List<Cause> causes =
                busy().stream().map(s -> new Cause("other", "it is so", Optional.of(s))).toList();
        var forecast =
                new BindForecast(
                        request,
                        Optional.of(Errno.EADDRINUSE),
                        Optional.empty(),
                        List.of(),
                        causes,
                        List.of(),
                        List.of());
        var service = new SteeredGroup("web", "hash (ebpf)", List.of());
        return new WhyText(OptionalInt.empty(), _ -> Optional.of(service)).lines(forecast);
    }

    @Test
    void aHolderIsNamedOnceWithACountAndClosedConnectionsAreSummedUp() {
        assertThat(lines())
                .filteredOn(line -> line.startsWith("  ") && line.contains("8080"))
                .containsExactly(
                        "  pid 9 (berth run) of user web listens on 0.0.0.0:8080 (7 sockets)",
                        "  the kernel keeps 46 closed connections of 127.0.0.1:8080 (TIME_WAIT),"
                                + " the last for 46 s");
    }

    @Test
    void theCommandsForTheServiceOnThePortAreNamed() {
        assertThat(lines())
                .contains("This is Berth's service web:")
                .anyMatch(line -> line.contains("berth scale web N"))
                .anyMatch(line -> line.contains("berth stop web"));
    }
}
