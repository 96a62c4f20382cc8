package dev.berth.cli.run;

import dev.berth.cli.command.CommandFailure;
import dev.berth.inspect.PortQuery;
import dev.berth.inspect.PortReport;
import dev.berth.inspect.Printable;
import dev.berth.net.BoundAddress;
import dev.berth.net.DiagQuery;
import dev.berth.net.GroupJoinCheck;
import dev.berth.net.Holder;
import dev.berth.net.Holders;
import dev.berth.net.ListenAddress;
import dev.berth.net.ListenerFactory;
import dev.berth.net.LowPorts;
import dev.berth.net.PortConnections;
import dev.berth.net.PortHolder;
import dev.berth.net.ProcessList;
import dev.berth.net.Protocol;
import dev.berth.net.SockDiag;
import dev.berth.net.SocketRow;
import dev.berth.net.TcpState;
import dev.berth.supervise.contract.ServiceSpec;
import dev.berth.supervise.contract.SocketSource;
import dev.berth.sys.Errno;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;

import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/// Reports, before anything is started, that a port is taken and by whom.
///
/// It reads the kernel's tables. Where they are not enough it briefly binds a socket, without
/// SO_REUSEPORT and without listening: a probe must never join a group that serves clients.
final class PortCheck implements AutoCloseable {
    private final SockDiag diag = SockDiag.open();
    private final boolean join;
    private final BindPrivileges privileges;

    /// @param join whether the port may be shared with listeners that already exist
    /// @param privileges the rights of the process that will bind
    PortCheck(boolean join, BindPrivileges privileges) throws ErrnoException {
        this.join = join;
        this.privileges = privileges;
    }

    @Override
    public void close() {
        diag.close();
    }

    /// Checks every address and port of the service.
    static void check(ServiceSpec service, BindPrivileges privileges) throws IOException {
        boolean otherUser = service.user().isPresent();
        try (var check = new PortCheck(service.join(), privileges)) {
            for (ListenAddress address : service.listen()) {
                check.address(address);
            }
            for (int port : service.ports()) {
                if (service.sockets() instanceof SocketSource.Dispatch) {
                    check.address(DispatcherSetup.everywhere(port));
                } else {
                    check.port(port, otherUser);
                }
            }
            for (int port : service.privatePorts()) {
                for (int slot = 0; slot < service.workers().count(); slot++) {
                    check.port(port + slot, otherUser);
                }
            }
        }
    }

    /// Checks a port on addresses that only the program knows: it is certainly taken if it is taken
    /// on all addresses.
    void port(int port, boolean otherUser) throws IOException {
        permitted(port, "port " + port, "tcp://0.0.0.0:" + port);
        if (otherUser && !privileges.worker() && port < LowPorts.firstFree()) {
            throw new CommandFailure(
                    ("port %s for workers of another user needs its full address, for"
                                    + " example: -l tcp://0.0.0.0:%s")
                            .formatted(port, port));
        }
        for (SocketRow row : listeners(Protocol.TCP, port)) {
            boolean everywhere = row.local().wildcard() && !row.v6only().orElse(false);
            if (everywhere && !shareable(row)) {
                throw taken("port " + port, row);
            }
        }
    }

    void address(ListenAddress address) throws IOException {
        int port = address.address().port();
        permitted(port, address.toString(), address.toString());
        var wanted = BoundAddress.of(address);
        boolean shared = false;
        for (SocketRow row : listeners(address.protocol(), port)) {
            if (wanted.overlaps(BoundAddress.of(row))) {
                if (!shareable(row)) {
                    throw taken(address.toString(), row);
                }
                shared = true;
            }
        }
        if (!shared) {
            tryToBind(address);
        }
    }

    private List<SocketRow> listeners(Protocol protocol, int port) throws IOException {
        Set<TcpState> states =
                protocol == Protocol.TCP
                        ? EnumSet.of(TcpState.LISTEN)
                        : EnumSet.of(TcpState.CLOSE, TcpState.ESTABLISHED);
        return diag.dump(
                new DiagQuery(
                        protocol, DiagQuery.BOTH, states, OptionalInt.of(port), false, false));
    }

    /// Whether the socket is not an obstacle but a foreign socket, which the supervisor reports.
    private boolean shareable(SocketRow row) {
        List<Holder> holders = holders(row);
        return join
                && GroupJoinCheck.joinable(row, holders).orElse(false)
                && !GroupJoinCheck.isSteeredByEbpf(holders);
    }

    private static List<Holder> holders(SocketRow row) {
        return Holders.everywhere().getOrDefault(row.inode(), List.of());
    }

    private void permitted(int port, String what, String address) throws CommandFailure {
        if (port < LowPorts.firstFree() && !privileges.lowPorts()) {
            throw new CommandFailure(privileges.refusal(what, port, address));
        }
    }

    private void tryToBind(ListenAddress address) throws IOException {
        try (Fd probe = ListenerFactory.open(address, false, OptionalInt.empty())) {
            probe.number();
        } catch (ErrnoException failed) {
            // A worker that binds for itself may have rights that this process lacks.
            if (!(privileges.worker() && failed.is(Errno.EACCES))) {
                throw unusable(address, failed);
            }
        }
    }

    private CommandFailure unusable(ListenAddress address, ErrnoException failed)
            throws IOException {
        return switch (failed.name().orElse(Errno.UNLISTED)) {
            case EADDRNOTAVAIL ->
                    new CommandFailure(
                            address.address().host()
                                    + " is not an address of this machine; ip addr lists them,"
                                    + " 0.0.0.0 means all",
                            failed);
            case EADDRINUSE -> new CommandFailure(silent(address), failed);
            default -> new CommandFailure("cannot listen: " + failed.getMessage(), failed);
        };
    }

    /// Who holds the port although nobody listens: a socket that is only bound, or a connection.
    private String silent(ListenAddress address) throws IOException {
        var wanted = BoundAddress.of(address);
        DiagQuery bound =
                DiagQuery.all(address.protocol())
                        .withLocalPort(address.address().port())
                        .withStates(TcpState.BOUND_INACTIVE);
        boolean tcp = address.protocol() == Protocol.TCP;
        for (SocketRow row : tcp ? diag.dump(bound) : List.<SocketRow>of()) {
            if (wanted.overlaps(BoundAddress.of(row))) {
                return ("%s is taken: %s has bound %s without listening; stop it, or use"
                                + " another port")
                        .formatted(address, who(row, holders(row)), row.local().unmapped());
            }
        }
        return address
                + PortConnections.of(address, diag)
                        .orElse(
                                " was taken when Berth tried to bind it, but nothing is visible"
                                        + " there now; try again. If this happens again: berth why "
                                        + address);
    }

    private static CommandFailure taken(String what, SocketRow row) throws IOException {
        List<Holder> holders = holders(row);
        return new CommandFailure(
                "%s is taken: %s listens on %s%s"
                        .formatted(what, who(row, holders), row.local(), advice(row, holders)));
    }

    private static String advice(SocketRow row, List<Holder> holders) {
        if (holders.isEmpty()) {
            return "; use another port; for details: berth who " + row.local().port();
        }
        if (!GroupJoinCheck.joinable(row, holders).orElse(false)) {
            return "; stop it, or use another port";
        }
        return GroupJoinCheck.isSteeredByEbpf(holders)
                ? "; stop it or use another port: it steers every connection to its own sockets; to"
                        + " share the port, start both with --join"
                : "; stop it, use another port, or share this one with it: --join";
    }

    /// Who holds a socket for which no process was found; the holder need not be a process.
    private static String unseen(SocketRow row) throws IOException {
        PortQuery query = PortQuery.port(row.local().port()).withProtocol(row.protocol());
        return PortReport.of(query).sockets().stream()
                .filter(socket -> socket.inode() == row.inode())
                .map(socket -> socket.missing().holder())
                .filter(holder -> !holder.isEmpty())
                .findFirst()
                .orElse("a process that was not found");
    }

    private static String who(SocketRow row, List<Holder> holders) throws IOException {
        PortHolder holder =
                PortHolder.of(row, holders, pid -> Printable.command(ProcessList.command(pid), 60));
        return holder.pid().isPresent() ? holder.who() : unseen(row);
    }
}
