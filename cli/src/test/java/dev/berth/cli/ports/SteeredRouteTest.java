package dev.berth.cli.ports;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.inspect.PortSocket;

import org.junit.jupiter.api.Test;

import java.util.List;

class SteeredRouteTest {
    private static final String STATUS =
            """
            {"schema":1,"name":"app","pid":9,"steer":"hash (ebpf)","listen":["tcp://127.0.0.1:80"],
            "operation":null,"slots":[
            {"slot":0,"state":"draining","pid":41,"workers":[{"pid":41,"state":"draining"}]},
            {"slot":1,"state":"ready","pid":42,"workers":[{"pid":42}],"sockets":[{"queue":0}]},
            {"slot":2,"state":"backoff"}],"notes":["none"]}\
            """;

    private static final PortSocket ONE =
            WhoSamples.listener("127.0.0.1:80", true, WhoSamples.owner(41, "one"));
    private static final PortSocket OTHER =
            WhoSamples.listener("127.0.0.1:80", true, WhoSamples.owner(42, "other"));

    private static SteeredRoute route(String steer, PortSocket... served) {
        var group = new SteeredGroup("app", steer, List.of(new SteeredGroup.Slot(1, 42)));
        return SteeredRoute.of(group, ONE, List.of(served));
    }

    @Test
    void slotsInServiceAreReadFromTheStatus() {
        SteeredGroup group = SteeredGroup.parse(STATUS);
        assertThat(group.name()).isEqualTo("app");
        assertThat(group.steer()).isEqualTo("hash (ebpf)");
        assertThat(group.ready()).containsExactly(new SteeredGroup.Slot(1, 42));
    }

    @Test
    void whoShedsHasNobodyInService() {
        String shed = STATUS.replace("\"operation\"", "\"shed\":true,\"operation\"");
        assertThat(SteeredGroup.parse(shed).ready()).isEmpty();
    }

    @Test
    void onlySlotInServiceIsCertainWhateverTheHashSays() {
        SteeredRoute route = route("hash (ebpf)", OTHER);
        assertThat(route.socket()).isEqualTo(OTHER);
        assertThat(route.verdict().certain()).isTrue();
        assertThat(route.verdict().note()).contains("app", "slot 1 (pid 42)");
    }

    @Test
    void severalOrNoneAreNotCertain() {
        SteeredRoute several = route("hash (classic bpf)", ONE, OTHER);
        assertThat(several.socket()).isEqualTo(ONE);
        assertThat(several.verdict().certain()).isFalse();
        assertThat(route("hash (ebpf)").verdict().certain()).isFalse();
    }

    @Test
    void withoutAProgramTheKernelChooses() {
        SteeredRoute route = route("hash (kernel)", OTHER);
        assertThat(route.socket()).isEqualTo(ONE);
        assertThat(route.verdict().certain()).isFalse();
        assertThat(route.verdict().note()).contains("kernel's hash");
    }
}
