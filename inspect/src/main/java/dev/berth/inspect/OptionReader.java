package dev.berth.inspect;

import dev.berth.net.DiagQuery;
import dev.berth.net.Holder;
import dev.berth.net.SocketRow;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.SocketOption;
import dev.berth.sys.Sockets;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// Reads the options of other processes' sockets, which it borrows for the moment. Nothing of the
/// socket changes, and its owner does not notice.
final class OptionReader implements AutoCloseable {
    private static final String NOBODY = "only the kernel holds it, so nobody can be asked";

    private final Lender lender = new Lender();

    /// The options of the socket `row`, asked of the first of its `holders` that lets us.
    ///
    /// - `otherwise`: why its holders are not known, if they are not
    SocketOptions read(SocketRow row, List<Holder> holders, String otherwise) {
        if (row.inode() == 0) {
            return SocketOptions.unknown(NOBODY);
        }
        String reason = otherwise;
        for (Holder holder : holders) {
            try (Fd socket = lender.borrow(row, holder)) {
                return read(row, socket.number());
            } catch (ErrnoException refused) {
                reason = Lender.reason(row, refused);
            }
        }
        return SocketOptions.unknown(reason);
    }

    private static SocketOptions read(SocketRow row, int socket) throws ErrnoException {
        boolean six = row.family() == DiagQuery.INET6;
        int cpu = (int) SocketOption.INCOMING_CPU.read(socket);
        long protocol = SocketOption.PROTOCOL.read(socket);
        return new SocketOptions(
                Optional.of(SocketOption.REUSEADDR.read(socket) != 0),
                Optional.of(SocketOption.REUSEPORT.read(socket) != 0),
                six ? Optional.of(SocketOption.V6ONLY.read(socket) != 0) : Optional.empty(),
                cpu < 0 ? OptionalInt.empty() : OptionalInt.of(cpu),
                Optional.of(protocol == Sockets.IPPROTO_MPTCP),
                false,
                "");
    }

    @Override
    public void close() {
        lender.close();
    }
}
