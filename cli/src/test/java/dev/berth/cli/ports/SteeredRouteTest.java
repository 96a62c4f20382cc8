package dev.berth.cli.ports;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.cli.ports.SteeredGroup.SteeredSocket;
import dev.berth.inspect.PortReport;
import dev.berth.inspect.PortSocket;
import dev.berth.net.Protocol;
import dev.berth.net.TcpState;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.OptionalDouble;

class SteeredRouteTest {
    private static final String STATUS =
            """
            {"schema":1,"name":"app","pid":9,"steer":"weighted:1=5% (ebpf)",
            "listen":["tcp://127.0.0.1:80"],"operation":null,"slots":[
            {"slot":0,"state":"draining","pid":41,"workers":[{"pid":41,"state":"draining"}],
            "sockets":[{"listen":"tcp://127.0.0.1:80","inode":11,"queue":0,"share":0.0}]},
            {"slot":1,"state":"ready","pid":42,"workers":[{"pid":42}],
            "sockets":[{"inode":12,"queue":0,"share":0.05},{"inode":99,"share":1.0}]},
            {"slot":2,"state":"backoff","sockets":[{"generation":3}]}],"notes":["none"]}\
            """;

    private static final PortSocket ONE = socket(11);
    private static final PortSocket OTHER = socket(12);
    private static final PortSocket FOREIGN = socket(13);

    private static PortSocket socket(long inode) {
        return WhoSamples.socket(
                WhoSamples.row(Protocol.TCP, TcpState.LISTEN, "127.0.0.1:80", "", inode),
                WhoSamples.options(true, true),
                1,
                "");
    }

    private static SteeredSocket seat(int slot, double share) {
        return new SteeredSocket(slot, 41 + slot, 11 + slot, OptionalDouble.of(share));
    }

    /// The kernel's choice is the foreign socket.
    private static SteeredRoute route(String steer, SteeredSocket... steeredSockets) {
        return SteeredRoute.of(
                new SteeredGroup("app", steer, List.of(steeredSockets)),
                FOREIGN,
                new PortReport(List.of(FOREIGN, ONE, OTHER), List.of(), List.of()));
    }

    @Test
    void sharesAreReadFromTheStatus() {
        SteeredGroup group = SteeredGroup.parse(STATUS);
        assertThat(group.name()).isEqualTo("app");
        assertThat(group.steer()).isEqualTo("weighted:1=5% (ebpf)");
        assertThat(group.steeredSockets())
                .containsExactly(
                        new SteeredSocket(0, 41, 11, OptionalDouble.of(0)),
                        new SteeredSocket(1, 42, 12, OptionalDouble.of(0.05)),
                        new SteeredSocket(1, 42, 99, OptionalDouble.of(1)),
                        new SteeredSocket(2, 0, 0, OptionalDouble.empty()));
    }

    @Test
    void socketsOfOtherGroupsDoNotCount() {
        var elsewhere = new SteeredSocket(0, 41, 99, OptionalDouble.of(1));
        SteeredRoute route = route("hash (ebpf)", elsewhere, seat(1, 1));
        assertThat(route.socket()).contains(OTHER);
        assertThat(route.verdict().certain()).isTrue();
    }

    @Test
    void aSingleServedSocketIsCertainWhateverTheHashSays() {
        SteeredRoute route = route("hash (ebpf)", seat(0, 0), seat(1, 1));
        assertThat(route.socket()).contains(OTHER);
        assertThat(route.verdict().certain()).isTrue();
        assertThat(route.verdict().note()).contains("app", "slot 1 (pid 42)");
        assertThat(route.hashed()).isFalse();
    }

    @Test
    void severalSocketsAreShownWithTheirShares() {
        SteeredRoute several = route("weighted:1=5% (ebpf)", seat(0, 0.95), seat(1, 0.05));
        assertThat(several.socket()).contains(ONE);
        assertThat(several.verdict().certain()).isFalse();
        assertThat(several.verdict().note())
                .contains("2 sockets", "slot 0 (pid 41) 95%, slot 1 (pid 42) 5%");
    }

    @Test
    void ifNoSocketIsServedClientsAreRefused() {
        SteeredRoute route = route("hash (ebpf)", seat(0, 0), seat(1, 0));
        assertThat(route.socket()).isEmpty();
        assertThat(route.verdict().certain()).isTrue();
        assertThat(route.verdict().note()).contains("currently refuses every new client");
    }

    @Test
    void withoutSharesNothingIsCertain() {
        SteeredRoute route =
                route("hash (classic bpf)", new SteeredSocket(0, 0, 11, OptionalDouble.empty()));
        assertThat(route.socket()).contains(FOREIGN);
        assertThat(route.verdict().certain()).isFalse();
    }

    @Test
    void withoutAProgramTheKernelChooses() {
        SteeredRoute route =
                route("hash (kernel)", new SteeredSocket(1, 42, 12, OptionalDouble.empty()));
        assertThat(route.socket()).contains(FOREIGN);
        assertThat(route.hashed()).isTrue();
        assertThat(route.verdict().certain()).isFalse();
        assertThat(route.verdict().note()).contains("kernel's hash");
    }
}
