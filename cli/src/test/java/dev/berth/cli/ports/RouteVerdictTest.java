package dev.berth.cli.ports;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.inspect.PortReport;
import dev.berth.inspect.PortSocket;
import dev.berth.inspect.SocketOptions;
import dev.berth.net.ListenAddress;
import dev.berth.net.Protocol;
import dev.berth.net.TcpState;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Optional;

class RouteVerdictTest {
    private static final ListenAddress SERVER = ListenAddress.parse("127.0.0.1:8080");

    private static RouteVerdict of(PortSocket socket) {
        var report = new PortReport(List.of(socket), List.of(), List.of());
        return RouteVerdict.of(SERVER, Optional.of(socket), report, true);
    }

    @Test
    void loneListenerWithoutReuseportIsCertain() {
        var socket = WhoSamples.listener("127.0.0.1:8080", false, WhoSamples.owner(42, "server"));
        assertThat(of(socket).certain()).isTrue();
    }

    @Test
    void groupIsNeverCertain() {
        PortReport report = WhoSamples.report();
        var hit = Optional.of(report.sockets().getFirst());
        RouteVerdict verdict = RouteVerdict.of(SERVER, hit, report, true);
        assertThat(verdict.certain()).isFalse();
        assertThat(verdict.note()).contains("group of 2", "BPF");
        var alone = WhoSamples.listener("127.0.0.1:8080", true, WhoSamples.owner(42, "server"));
        assertThat(of(alone).certain()).isFalse();
    }

    @Test
    void optionsThatCannotBeReadAreNotCertain() {
        var socket =
                WhoSamples.socket(
                        WhoSamples.row(Protocol.TCP, TcpState.LISTEN, "127.0.0.1:8080", "", 11),
                        SocketOptions.unknown("no permission"),
                        0,
                        "no permission");
        assertThat(of(socket).certain()).isFalse();
        assertThat(of(socket).note()).contains("no permission");
    }

    @Test
    void supervisedGroupIsSteeredByBerth() {
        var worker =
                WhoSamples.listener(
                        "127.0.0.1:8080", true, WhoSamples.owner(1, "java dev.berth.cli.Main run"));
        assertThat(of(worker).note()).contains("Berth's own steering");
    }

    @Test
    void anUnusedPortIsCertainUnlessADeviceMatters() {
        PortReport nobody = new PortReport(List.of(), List.of(), List.of());
        RouteVerdict verdict = RouteVerdict.of(SERVER, Optional.empty(), nobody, false);
        assertThat(verdict.certain()).isTrue();
        assertThat(verdict.note()).contains("ECONNREFUSED");
    }

    @Test
    void existingConnectionIsCertainAndTimeWaitIsNot() {
        PortReport report = WhoSamples.report();
        assertThat(of(report.sockets().get(2)).certain()).isTrue();
        assertThat(of(report.sockets().get(3)).certain()).isFalse();
    }

    @Test
    void copiedDatagramsAreNotCertain() {
        var udp =
                WhoSamples.socket(
                        WhoSamples.row(Protocol.UDP, TcpState.CLOSE, "0.0.0.0:53", "", 5),
                        WhoSamples.options(false, false),
                        0,
                        "");
        var report = new PortReport(List.of(udp), List.of(), List.of());
        for (String to :
                List.of("udp://224.0.0.1:53", "udp://127.255.255.255:53", "udp://[ff02::1]:53")) {
            ListenAddress server = ListenAddress.parse(to);
            assertThat(RouteVerdict.of(server, Optional.of(udp), report, true).certain()).isFalse();
        }
        ListenAddress one = ListenAddress.parse("udp://127.0.0.1:53");
        assertThat(RouteVerdict.of(one, Optional.of(udp), report, true).certain()).isTrue();
    }
}
