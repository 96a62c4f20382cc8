package dev.berth.net;

import java.io.IOException;
import java.util.List;
import java.util.Set;

/// Lists sockets: the kernel's ([SockDiag]), or those that a test makes up. Not for use by two
/// threads at a time, unless an implementation says otherwise.
public interface SocketLookup extends AutoCloseable {
    /// The sockets that match `query`.
    List<SocketRow> dump(DiagQuery query) throws IOException;

    /// The same, for any of these local ports, in no particular order.
    ///
    /// @param query without a local port
    List<SocketRow> dump(DiagQuery query, Set<Integer> ports) throws IOException;

    @Override
    void close();
}
