package dev.berth.inspect;

import dev.berth.net.DiagLookup;
import dev.berth.net.ListenAddress;
import dev.berth.net.Protocol;
import dev.berth.net.SockDiag;
import dev.berth.net.SocketRow;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.SockAddr;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Asks the kernel which socket a client would reach. No packet is sent.
///
/// The kernel answers with its own look-up, including the hash over a reuseport group. It does not
/// run a BPF program that the group may have, and whether there is one cannot be seen from outside.
///
/// **Ownership:** holds a netlink socket until [#close()].
public final class RouteLookup implements AutoCloseable {
    private static final int FIRST_PORT = 1024;
    private static final int PORTS = 0x10000 - FIRST_PORT;

    /// Coprime to `PORTS`: every port is used once before one is repeated.
    private static final int STRIDE = 40_505;

    private final SockDiag diag;
    private final ListenAddress server;
    private final int device;

    private RouteLookup(SockDiag diag, ListenAddress server, int device) {
        this.diag = diag;
        this.server = server;
        this.device = device;
    }

    /// Prepares look-ups for a server, in the network namespace of the calling thread.
    ///
    /// @param server where clients connect to; not a wildcard
    /// @param device index of the interface on which they arrive, 0 if nothing is bound to one
    /// @throws IOException if netlink is refused
    public static RouteLookup to(ListenAddress server, int device) throws IOException {
        if (server.address().wildcard()) {
            throw new IllegalArgumentException(
                    "clients cannot connect to "
                            + server.address().host()
                            + ": give an address of this machine, such as 127.0.0.1");
        }
        return new RouteLookup(SockDiag.open(), server, device);
    }

    /// The socket that a packet from `client` would reach: the connection between the two if there
    /// is one, else the listener; empty: it would be refused.
    ///
    /// @throws ErrnoException the kernel's error
    /// @throws IllegalArgumentException if the client is of another family, or has no address
    public Optional<SocketRow> from(SockAddr.Inet client) throws ErrnoException {
        Protocol protocol = server.protocol();
        return diag.lookup(new DiagLookup(protocol, server.address(), client, device));
    }

    /// How many of `count` clients would reach which socket, by inode in the order met; 0 stands
    /// for refused. The clients have the same address, and ports spread over all those above 1023.
    ///
    /// @throws ErrnoException the kernel's error
    public Map<Long, Integer> spread(SockAddr.Inet client, int count) throws ErrnoException {
        Map<Long, Integer> hits = new LinkedHashMap<>();
        for (int i = 0; i < count; i++) {
            int offset = (int) (((long) client.port() + (long) i * STRIDE) % PORTS);
            Optional<SocketRow> hit = from(client.withPort(FIRST_PORT + offset));
            hits.merge(hit.map(SocketRow::inode).orElse(0L), 1, Integer::sum);
        }
        return hits;
    }

    @Override
    public void close() {
        diag.close();
    }
}
