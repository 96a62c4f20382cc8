package dev.berth.net;

import dev.berth.sys.Errno;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.Sockets;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/// Lists the sockets of a network namespace: that of the thread that called [#open()], even if
/// another thread makes the query.
///
/// A query for the listeners on a port takes some 0.1 ms, whatever else the machine runs. The
/// receive buffer is allocated once. Not for use by two threads at a time.
///
/// **Ownership:** holds a netlink socket until [#close()].
///
/// **Source:** sock_diag(7), netlink(7)
public final class SockDiag implements SocketLookup {
    private static final String NAME = "NETLINK_SOCK_DIAG";
    private static final int NETLINK_SOCK_DIAG = 4;
    private static final int TIMEOUT_SECONDS = 5;

    /// The kernel fills no dump message beyond this (`netlink_dump`: at most 32 KiB).
    private static final int BUFFER_BYTES = 32 * 1024;

    private static final int ATTEMPTS = 5;

    /// Up to this many ports are queried one by one: an answer for all ports has a row for every
    /// socket of the machine.
    private static final int FEW_PORTS = 8;

    private static final AtomicLong DUMPS = new AtomicLong();

    private final Fd socket;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private final ByteBuffer view = ByteBuffer.wrap(buffer).order(ByteOrder.nativeOrder());
    private int sequence;

    private SockDiag(Fd socket) {
        this.socket = socket;
    }

    /// Opens a query socket in the network namespace of the calling thread. No privilege is needed.
    ///
    /// @throws ErrnoException `EMFILE`; `EPROTONOSUPPORT` on a kernel built without sock_diag
    public static SockDiag open() throws ErrnoException {
        int type = Sockets.SOCK_RAW | Sockets.SOCK_CLOEXEC;
        int number = Sockets.socket(Sockets.AF_NETLINK, type, NETLINK_SOCK_DIAG);
        Fd socket = Fd.of("socket", NAME, number);
        try {
            byte[] timeout = timeval();
            check(
                    "setsockopt",
                    Sockets.setsockopt(number, Sockets.SOL_SOCKET, Sockets.SO_RCVTIMEO, timeout));
            return new SockDiag(socket);
        } catch (ErrnoException failed) {
            socket.close();
            throw failed;
        }
    }

    /// Opens a query socket in another network namespace; the calling thread stays where it is.
    ///
    /// @throws ErrnoException `EPERM` without `CAP_SYS_ADMIN`; `ENOENT` if the namespace's path is
    ///   gone; else as [#open()]
    public static SockDiag openIn(NetNamespace namespace) throws ErrnoException {
        // On its own thread, which could not come back if it lost the rights on the way.
        CompletableFuture<SockDiag> opened = new CompletableFuture<>();
        Thread.ofPlatform()
                .name("netns-" + namespace.inode())
                .start(
                        () -> {
                            try {
                                namespace.enter();
                                opened.complete(open());
                            } catch (ErrnoException failed) {
                                opened.completeExceptionally(failed);
                            }
                        });
        try {
            return opened.join();
        } catch (CompletionException failed) {
            if (failed.getCause() instanceof ErrnoException refused) {
                throw refused;
            }
            throw failed;
        }
    }

    /// The sockets that match `query`, IPv4 before IPv6, each family in the kernel's order (which
    /// matters for UDP: it is the order in which a bind checks them).
    ///
    /// If the table is busy, a socket that just closed may be listed, or one that just opened may
    /// be missing; a socket that was in one of the requested states during the whole call is
    /// listed.
    ///
    /// @throws ErrnoException the kernel's error: `ENOENT` if it was built without diag for the
    ///   protocol; `EINTR` if the tables kept changing so that each of several dumps was
    ///   interrupted; `EAGAIN` if it did not answer for 5 s
    @Override
    public List<SocketRow> dump(DiagQuery query) throws IOException {
        List<SocketRow> rows = new ArrayList<>();
        if (query.family() == DiagQuery.BOTH) {
            dump(query, DiagQuery.INET, rows);
            dump(query, DiagQuery.INET6, rows);
        } else {
            dump(query, query.family(), rows);
        }
        return rows;
    }

    /// The number of dumps that this process has requested from the kernel, as a measure of cost.
    public static long dumps() {
        return DUMPS.get();
    }

    /// Like [#dump(DiagQuery)], for any of these local ports, in no particular order. Many ports
    /// take a single dump: with one dump per port, the kernel would walk its table of connections
    /// each time (10 ms of CPU each, measured with 262,144 buckets).
    ///
    /// @param query without a local port
    @Override
    public List<SocketRow> dump(DiagQuery query, Set<Integer> ports) throws IOException {
        List<SocketRow> rows = new ArrayList<>();
        if (ports.size() > FEW_PORTS) {
            rows.addAll(dump(query));
            rows.removeIf(row -> !ports.contains(row.local().port()));
        } else {
            for (int port : ports) {
                rows.addAll(dump(query.withLocalPort(port)));
            }
        }
        return rows;
    }

    /// The inodes of the Multipath-TCP sockets that match `query`; [#dump] lists the TCP socket
    /// below each, under the same inode. A socket that is only bound is not listed.
    ///
    /// **Since:** Linux 5.10; listeners 5.19
    ///
    /// @throws ErrnoException `ENOENT` on a kernel that cannot list them
    public Set<Long> multipath(DiagQuery query) throws ErrnoException {
        List<SocketRow> rows = new ArrayList<>();
        for (int family : List.of(DiagQuery.INET, DiagQuery.INET6)) {
            sequence++;
            ask(DiagMessages.multipath(query, family, sequence), query.protocol(), rows);
        }
        return rows.stream().map(SocketRow::inode).collect(Collectors.toSet());
    }

    /// The socket that a packet would reach: the connection, else the listener (for UDP: the
    /// socket) that the kernel's own look-up chooses, including the hash over a reuseport group;
    /// empty if there is none, so that TCP would be refused. No packet is sent.
    ///
    /// The BPF program of a group is not run, only the group's hash is used: see kernel source
    /// `inet_lookup_reuseport`, which needs the packet. `SO_INCOMING_CPU` counts as if the packet
    /// came in on the CPU of this thread.
    ///
    /// @throws ErrnoException the kernel's error
    public Optional<SocketRow> lookup(DiagLookup lookup) throws ErrnoException {
        sequence++;
        int fd = socket.number();
        check("send", Sockets.send(fd, DiagMessages.lookup(lookup, sequence), 0));
        List<SocketRow> rows = new ArrayList<>(1);
        DiagReply reply = new DiagReply(lookup.protocol(), sequence, rows);
        try {
            while (!reply.done() && rows.isEmpty()) {
                reply.read(view, (int) check("recv", Sockets.recv(fd, buffer, 0)));
            }
        } catch (ErrnoException refused) {
            if (refused.is(Errno.ENOENT)) {
                return Optional.empty();
            }
            throw refused;
        }
        return rows.stream().findFirst();
    }

    /// Closes the query socket; closing twice is harmless.
    @Override
    public void close() {
        socket.close();
    }

    void dump(DiagQuery query, int family, List<SocketRow> rows) throws ErrnoException {
        int known = rows.size();
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            if (dumpOnce(query, family, rows)) {
                return;
            }
            rows.subList(known, rows.size()).clear();
        }
        String protocol = query.protocol().text();
        throw new ErrnoException("sock_diag dump", protocol, Errno.EINTR.number());
    }

    /// Runs one dump to its end; false if the kernel reports that it is inconsistent.
    private boolean dumpOnce(DiagQuery query, int family, List<SocketRow> rows)
            throws ErrnoException {
        sequence++;
        DUMPS.incrementAndGet();
        return ask(DiagMessages.request(query, family, sequence), query.protocol(), rows);
    }

    private boolean ask(byte[] request, Protocol protocol, List<SocketRow> rows)
            throws ErrnoException {
        int fd = socket.number();
        check("send", Sockets.send(fd, request, 0));
        DiagReply reply = new DiagReply(protocol, sequence, rows);
        while (!reply.done()) {
            reply.read(view, (int) check("recv", Sockets.recv(fd, buffer, 0)));
        }
        return !reply.interrupted();
    }

    private static long check(String call, long result) throws ErrnoException {
        return ErrnoException.check(call, NAME, result);
    }

    private static byte[] timeval() {
        ByteBuffer value = ByteBuffer.allocate(16).order(ByteOrder.nativeOrder());
        return value.putLong(TIMEOUT_SECONDS).putLong(0).array();
    }
}
