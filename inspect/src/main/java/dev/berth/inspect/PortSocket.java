package dev.berth.inspect;

import dev.berth.net.Protocol;
import dev.berth.net.SocketRow;
import dev.berth.net.TcpState;
import dev.berth.sys.SockAddr;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/// A socket, with everything that could be determined about it from outside.
///
/// @param row as listed by the kernel
/// @param netns the inode of its network namespace
/// @param deviceName the interface that it is bound to; empty if it is bound to none
/// @param options those that its owner set, as far as they could be read
/// @param group the number, within its report, of the reuseport group that it is a member of; empty
///   if it is in none, or if that is unknown
/// @param owners the processes that hold it; empty if there is none or none could be found
/// @param missing why there is no owner; [MissingOwner#NONE] if there is one
public record PortSocket(
        SocketRow row,
        long netns,
        Optional<String> deviceName,
        SocketOptions options,
        OptionalInt group,
        List<Owner> owners,
        MissingOwner missing) {
    public PortSocket {
        owners = List.copyOf(owners);
    }

    /// Why there is no owner, in words; empty if there is one.
    public String explanation() {
        return missing.sentence();
    }

    /// Whether there is, or may be, a process that could change its options.
    boolean changeable() {
        return !owners.isEmpty() || missing.kind() == MissingOwner.Kind.HIDDEN;
    }

    /// TCP (including Multipath TCP) or UDP.
    public Protocol protocol() {
        return row.protocol();
    }

    /// `AF_INET` 2 or `AF_INET6` 10.
    public int family() {
        return row.family();
    }

    /// See [SocketRow#state()].
    public TcpState state() {
        return row.state();
    }

    /// Where it is bound.
    public SockAddr.Inet local() {
        return row.local();
    }

    /// Its peer, if it has one.
    public Optional<SockAddr.Inet> remote() {
        return row.remote();
    }

    /// The index of the interface that it is bound to, 0 for none.
    public int device() {
        return row.device();
    }

    /// IPV6_V6ONLY; empty for IPv4, and if neither the kernel nor the owner's descriptor shows it.
    public Optional<Boolean> v6only() {
        return row.v6only().isPresent() ? row.v6only() : options.v6only();
    }

    /// The uid that decides about sharing: the socket's, not its owner's.
    public int uid() {
        return row.uid();
    }

    /// The socket's inode; 0 if no descriptor refers to it.
    public long inode() {
        return row.inode();
    }

    /// The socket's cookie: all 64 bits in use; unique for the life of the system.
    public long cookie() {
        return row.cookie();
    }

    /// SO_REUSEADDR; empty: unknown, and [SocketOptions#unknown()] says why.
    public Optional<Boolean> reuseaddr() {
        return options.reuseaddr();
    }

    /// SO_REUSEPORT; empty: unknown, and [SocketOptions#unknown()] says why.
    public Optional<Boolean> reuseport() {
        return options.reuseport();
    }

    /// The number of connections waiting to be accepted; 0 for a socket that does not listen.
    public int queue() {
        return row.queue();
    }

    /// The number of connections that may wait; 0 for a socket that does not listen.
    public int backlog() {
        return row.backlog();
    }

    /// The number of drops so far, as an unsigned number.
    public OptionalInt drops() {
        return row.drops();
    }

    /// How long the kernel still keeps it, if no process holds it any more.
    public OptionalInt timeWaitMillis() {
        return row.details().timeWaitMillis();
    }

    /// The inode of the cgroup-2 directory in which it was created.
    public OptionalLong cgroup() {
        return row.details().cgroup();
    }

    /// Whether it is known to be a Multipath-TCP socket.
    public boolean multipath() {
        return row.details().multipath() || options.multipath().orElse(false);
    }

    /// Whether neither the kernel's list nor a descriptor shows what [#multipath] reports.
    boolean perhapsMultipath() {
        boolean told = row.details().upper().isPresent() || options.multipath().isPresent();
        return protocol() == Protocol.TCP && inode() != 0 && !told;
    }

    /// Whether it waits for connections or datagrams from anybody.
    public boolean listening() {
        return protocol() == Protocol.TCP ? state() == TcpState.LISTEN : remote().isEmpty();
    }

    /// Whether it is bound without listening; other tools do not show such sockets.
    public boolean silent() {
        return state() == TcpState.BOUND_INACTIVE;
    }

    /// Whether it is one end of a connection, or the remainder of one.
    public boolean connection() {
        return !listening() && !silent();
    }

    PortSocket withGroup(int number) {
        return new PortSocket(
                row, netns, deviceName, options, OptionalInt.of(number), owners, missing);
    }

    PortSocket withOptions(SocketOptions other) {
        return new PortSocket(row, netns, deviceName, other, group, owners, missing);
    }
}
