package dev.berth.inspect;

import dev.berth.net.Addresses;
import dev.berth.net.Protocol;
import dev.berth.net.SocketDetails;
import dev.berth.net.SocketRow;
import dev.berth.net.TcpState;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// Builds sockets that nobody opened.
final class SocketRows {
    private SocketRows() {}

    static SocketRow row(TcpState state, String local, long inode) {
        return row(Protocol.TCP, state, local, inode, 0, SocketDetails.NONE);
    }

    static SocketRow row(
            Protocol protocol,
            TcpState state,
            String local,
            long inode,
            int uid,
            SocketDetails details) {
        var address = Addresses.parse(local);
        return new SocketRow(
                protocol,
                address.family(),
                state,
                address,
                Optional.empty(),
                inode,
                inode,
                uid,
                0,
                0,
                0,
                OptionalInt.empty(),
                Optional.empty(),
                Optional.empty(),
                details);
    }

    /// A socket held by processes; `reuseport` is empty if unknown.
    static PortSocket socket(SocketRow row, Optional<Boolean> reuseport, Owner... owners) {
        SocketOptions options =
                new SocketOptions(
                        Optional.of(false),
                        reuseport,
                        Optional.empty(),
                        OptionalInt.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        false,
                        reuseport.isPresent() ? "" : "no permission");
        return new PortSocket(
                row,
                1,
                Optional.empty(),
                options,
                OptionalInt.empty(),
                List.of(owners),
                absence(row, owners));
    }

    private static MissingOwner absence(SocketRow row, Owner... owners) {
        if (owners.length > 0) {
            return MissingOwner.NONE;
        }
        return row.inode() == 0
                ? new MissingOwner(
                        MissingOwner.Kind.REMAINDER, "the kernel", "kept by the kernel", "")
                : new MissingOwner(
                        MissingOwner.Kind.HIDDEN,
                        "a process that you are not permitted to inspect",
                        "no permission",
                        "");
    }

    static PortSocket listener(String local, long inode, Owner... owners) {
        return socket(row(TcpState.LISTEN, local, inode), Optional.of(true), owners);
    }

    static Owner owner(int pid) {
        return new Owner(
                new OwnerProcess(pid, "server", "root", Optional.empty(), Optional.empty()), 3);
    }

    static Owner owner(int pid, String unit) {
        return new Owner(
                new OwnerProcess(pid, "server", "root", Optional.of(unit), Optional.empty()), 3);
    }
}
