package dev.berth.cli.doctor;

import dev.berth.bpf.CbpfTable;
import dev.berth.bpf.Family;
import dev.berth.bpf.Selection;
import dev.berth.bpf.SocketTable;
import dev.berth.cli.command.CommandFailure;
import dev.berth.net.ListenAddress;
import dev.berth.net.ListenerFactory;
import dev.berth.net.Protocol;
import dev.berth.supervise.Supervisor;
import dev.berth.supervise.contract.Policy;
import dev.berth.sys.Capabilities;
import dev.berth.sys.Capability;
import dev.berth.sys.Descriptors;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.Processes;
import dev.berth.sys.SockAddr;
import dev.berth.sys.Sockets;
import dev.berth.sys.UnsupportedFeatureException;

import java.io.IOException;
import java.util.List;
import java.util.OptionalInt;

/// The doctor's checks that use sockets, all on loopback and on ports that the kernel chooses.
final class SocketProbes {
    private static final ListenAddress LOOPBACK =
            new ListenAddress(Protocol.TCP, new SockAddr.Inet4(0x7f000001, 0));

    private SocketProbes() {}

    private static Fd shared(ListenAddress where) throws ErrnoException {
        return ListenerFactory.open(where, true, OptionalInt.empty());
    }

    private static ListenAddress placeOf(Fd socket) throws ErrnoException {
        SockAddr address = Sockets.getsockname(socket.number());
        return new ListenAddress(Protocol.TCP, (SockAddr.Inet) address);
    }

    static String reuseport() throws IOException {
        try (Fd one = shared(LOOPBACK);
                Fd other = shared(placeOf(one))) {
            ListenerFactory.listen(one, 1);
            ListenerFactory.listen(other, 1);
            return "";
        }
    }

    static String classicProgram() throws IOException {
        try (Fd socket = shared(LOOPBACK)) {
            ListenerFactory.listen(socket, 1);
            CbpfTable.attach(
                    socket.number(), CbpfTable.program(Selection.HASH, new int[] {0}, Family.INET));
            return "";
        }
    }

    static String extendedProgram() throws IOException {
        try (SocketTable table = SocketTable.create(1);
                Fd socket = shared(LOOPBACK)) {
            ListenerFactory.listen(socket, 1);
            table.put(0, socket.number());
            table.serve(Selection.HASH, new int[] {0});
            table.attach(socket.number());
            return "";
        }
    }

    static String policies() throws IOException {
        List<String> refused = Supervisor.refusedPolicies();
        if (!refused.isEmpty()) {
            throw new CommandFailure("not available: " + String.join(", ", refused));
        }
        return Policy.WORDS;
    }

    static String migration() throws IOException {
        try (SocketTable table = SocketTable.create(1)) {
            if (!table.migrates()) {
                throw new UnsupportedFeatureException("moving a queue", "Linux 5.14");
            }
            return "";
        }
    }

    static String migrateRequests() throws IOException {
        if (!ListenerFactory.migrateRequestsEnabled()) {
            throw new CommandFailure("net.ipv4.tcp_migrate_req is 0");
        }
        return "net.ipv4.tcp_migrate_req is 1";
    }

    static String owner() throws IOException {
        try (Fd socket = shared(LOOPBACK)) {
            chown(socket, Processes.geteuid());
            if (!Capabilities.has(Capability.CHOWN)) {
                return "only your own uid";
            }
            chown(socket, 65534);
            return "any uid";
        }
    }

    private static void chown(Fd socket, int uid) throws ErrnoException {
        ErrnoException.check("fchown", "a socket", Descriptors.fchown(socket.number(), uid, -1));
    }
}
