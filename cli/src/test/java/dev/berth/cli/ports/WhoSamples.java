package dev.berth.cli.ports;

import dev.berth.inspect.MissingOwner;
import dev.berth.inspect.Owner;
import dev.berth.inspect.OwnerProcess;
import dev.berth.inspect.PortGroup;
import dev.berth.inspect.PortReport;
import dev.berth.inspect.PortSocket;
import dev.berth.inspect.SocketOptions;
import dev.berth.net.Addresses;
import dev.berth.net.Protocol;
import dev.berth.net.SocketDetails;
import dev.berth.net.SocketRow;
import dev.berth.net.TcpState;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/// Sample sockets for tests.
final class WhoSamples {
    private WhoSamples() {}

    static Owner owner(int pid, String command) {
        return new Owner(
                new OwnerProcess(
                        pid,
                        command,
                        "web",
                        Optional.of("web.service"),
                        Optional.of("docker:0123456789ab")),
                6);
    }

    static SocketOptions options(boolean reuseaddr, boolean reuseport) {
        return new SocketOptions(
                Optional.of(reuseaddr),
                Optional.of(reuseport),
                Optional.empty(),
                OptionalInt.empty(),
                Optional.of(false),
                Optional.empty(),
                false,
                "");
    }

    static SocketRow row(
            Protocol protocol, TcpState state, String local, String remote, long inode) {
        return row(protocol, state, local, remote, inode, OptionalInt.empty());
    }

    static SocketRow row(
            Protocol protocol,
            TcpState state,
            String local,
            String remote,
            long inode,
            OptionalInt timeWait) {
        var address = Addresses.parse(local);
        boolean listens = state == TcpState.LISTEN;
        return new SocketRow(
                protocol,
                address.family(),
                state,
                address,
                remote.isEmpty() ? Optional.empty() : Optional.of(Addresses.parse(remote)),
                inode,
                inode == 0 ? -7 : inode,
                timeWait.isPresent() ? 0 : 1000,
                0,
                listens ? 3 : 0,
                listens ? 4 : 0,
                timeWait.isPresent() ? OptionalInt.empty() : OptionalInt.of(listens ? 12 : 0),
                Optional.empty(),
                address.family() == 10 && listens ? Optional.of(false) : Optional.empty(),
                new SocketDetails(timeWait, OptionalLong.empty(), Optional.empty(), Set.of()));
    }

    static PortSocket socket(
            SocketRow row, SocketOptions options, int group, String explanation, Owner... owners) {
        return new PortSocket(
                row,
                4026531840L,
                Optional.empty(),
                options,
                group == 0 ? OptionalInt.empty() : OptionalInt.of(group),
                List.of(owners),
                explanation.isEmpty()
                        ? MissingOwner.NONE
                        : new MissingOwner(
                                row.inode() == 0
                                        ? MissingOwner.Kind.REMAINDER
                                        : MissingOwner.Kind.HIDDEN,
                                row.inode() == 0 ? "the kernel" : "a process that is not seen",
                                explanation,
                                ""));
    }

    static PortSocket listener(String local, boolean reuseport, Owner... owners) {
        return socket(
                row(Protocol.TCP, TcpState.LISTEN, local, "", 11),
                options(true, reuseport),
                0,
                "",
                owners);
    }

    /// A group of two with a foreign socket, a connection, and a socket in TIME_WAIT.
    static PortReport report() {
        PortSocket own =
                socket(
                        row(Protocol.TCP, TcpState.LISTEN, "127.0.0.1:8080", "", 11),
                        options(true, true),
                        1,
                        "",
                        owner(42, "/usr/bin/server --port 8080"));
        PortSocket stranger =
                socket(
                        row(Protocol.TCP, TcpState.LISTEN, "127.0.0.1:8080", "", 12),
                        options(false, true),
                        1,
                        "",
                        owner(43, "evil\033[31m\nname"));
        PortSocket connection =
                socket(
                        row(
                                Protocol.TCP,
                                TcpState.ESTABLISHED,
                                "127.0.0.1:8080",
                                "127.0.0.1:50000",
                                13),
                        options(true, true),
                        0,
                        "",
                        owner(42, "/usr/bin/server --port 8080"));
        PortSocket left =
                socket(
                        row(
                                Protocol.TCP,
                                TcpState.TIME_WAIT,
                                "127.0.0.1:8080",
                                "127.0.0.1:50001",
                                0,
                                OptionalInt.of(42_100)),
                        SocketOptions.unknown("only the kernel holds it"),
                        0,
                        "TIME_WAIT: kept by the kernel");
        return new PortReport(
                List.of(own, stranger, connection, left),
                List.of(new PortGroup(1, 2, List.of(stranger))),
                List.of("reuseaddr, reuseport of 1 TIME_WAIT: only the kernel holds it"));
    }
}
