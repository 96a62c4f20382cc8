package dev.berth.cli.ports;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.inspect.Owner;
import dev.berth.inspect.PortReport;
import dev.berth.inspect.PortSocket;
import dev.berth.inspect.SocketOptions;
import dev.berth.net.Protocol;
import dev.berth.net.TcpState;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.OptionalInt;

class WhoNotesTest {
    private static final Owner SERVER = WhoSamples.owner(42, "/usr/bin/server");

    private static List<String> notes(PortSocket... sockets) {
        var report = new PortReport(List.of(sockets), List.of(), List.of());
        var notes = new WhoNotes(uid -> "web", new WhoNotes.PortRange(32768, 60999));
        return notes.of(WhoPortBlock.of(report).getFirst());
    }

    @Test
    void listenerWithoutReuseportCannotBeShared() {
        assertThat(notes(WhoSamples.listener("127.0.0.1:80", false, SERVER)))
                .containsExactly(
                        "127.0.0.1:80: without SO_REUSEPORT no other process can share it");
    }

    @Test
    void reuseportIsForTheSameUidOnly() {
        assertThat(notes(WhoSamples.listener("127.0.0.1:80", true, SERVER)))
                .singleElement()
                .asString()
                .contains("uid 1000 (web)", "EADDRINUSE");
    }

    @Test
    void dualStackWildcardTakesBothFamilies() {
        assertThat(notes(WhoSamples.listener("[::]:80", false, SERVER)))
                .contains("[::]:80 is dual-stack: it gets IPv4 as well");
    }

    @Test
    void specialAddressTakesPrecedence() {
        assertThat(
                        notes(
                                WhoSamples.listener("0.0.0.0:80", true, SERVER),
                                WhoSamples.listener("127.0.0.1:80", true, SERVER)))
                .contains(
                        "127.0.0.1:80 gets everything sent to its address, 0.0.0.0:80 gets the"
                                + " rest");
    }

    @Test
    void boundButSilentSocketIsDescribed() {
        assertThat(notes(socket(TcpState.BOUND_INACTIVE, "127.0.0.1:80", "", 5)))
                .singleElement()
                .asString()
                .contains("but not listening");
    }

    @Test
    void connectionsWithoutAListenerAreOutgoingOrLeft() {
        assertThat(notes(socket(TcpState.ESTABLISHED, "127.0.0.1:40000", "127.0.0.1:80", 5)))
                .singleElement()
                .asString()
                .contains("outgoing", "32768 to 60999");
        assertThat(notes(socket(TcpState.CLOSE_WAIT, "127.0.0.1:8080", "127.0.0.1:80", 5)))
                .singleElement()
                .asString()
                .contains("outlived their listener");
    }

    @Test
    void forTimeWaitAloneTheRemediesAreNamed() {
        PortSocket left =
                WhoSamples.socket(
                        WhoSamples.row(
                                Protocol.TCP,
                                TcpState.TIME_WAIT,
                                "127.0.0.1:80",
                                "127.0.0.1:5",
                                0,
                                OptionalInt.of(9)),
                        SocketOptions.unknown("gone"),
                        0,
                        "gone");
        assertThat(notes(left)).singleElement().asString().contains("SO_REUSEADDR on both sides");
    }

    @Test
    void unusualHoldersAreNamed() {
        Owner heir = WhoSamples.owner(43, "/usr/bin/server");
        assertThat(notes(WhoSamples.listener("127.0.0.1:80", false, SERVER, heir)))
                .anyMatch(note -> note.contains("2 processes have inherited"));
        Owner systemd = WhoSamples.owner(1, "/usr/lib/systemd/systemd --system");
        assertThat(notes(WhoSamples.listener("127.0.0.1:80", false, systemd)))
                .anyMatch(note -> note.contains("socket unit"));
        Owner proxy = WhoSamples.owner(44, "/usr/bin/docker-proxy -proto tcp");
        assertThat(notes(WhoSamples.listener("127.0.0.1:80", false, proxy)))
                .anyMatch(note -> note.contains("stands in for a container"));
        Owner berth = WhoSamples.owner(45, "java -cp x dev.berth.cli.Main run");
        assertThat(notes(WhoSamples.listener("127.0.0.1:80", true, berth, SERVER)))
                .anyMatch(note -> note.contains("Berth's supervisor"));
    }

    @Test
    void datagramSocketsWithReuseaddrCanBeTakenOver() {
        PortSocket udp =
                WhoSamples.socket(
                        WhoSamples.row(Protocol.UDP, TcpState.CLOSE, "0.0.0.0:53", "", 5),
                        WhoSamples.options(true, false),
                        0,
                        "",
                        SERVER);
        assertThat(notes(udp)).singleElement().asString().contains("the last one to bind gets all");
    }

    private static PortSocket socket(TcpState state, String local, String remote, long inode) {
        return WhoSamples.socket(
                WhoSamples.row(Protocol.TCP, state, local, remote, inode),
                WhoSamples.options(false, false),
                0,
                "",
                SERVER);
    }
}
