package dev.berth.inspect;

import dev.berth.net.DiagQuery;
import dev.berth.net.Holder;
import dev.berth.net.Protocol;
import dev.berth.net.SocketRow;
import dev.berth.net.TcpState;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.SocketOption;
import dev.berth.sys.Sockets;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// Reads the options of other processes' sockets, which it borrows briefly. Nothing about the
/// socket changes, and its owner does not notice.
final class OptionReader implements AutoCloseable {
    private static final String NOBODY = "only the kernel holds it, so they cannot be read";

    private final FdBorrower borrower = new FdBorrower();

    /// The options read so far, reused when equal: most sockets have the same.
    private final Map<Integer, SocketOptions> known = new HashMap<>();

    /// The options of the socket `row`, read from the first of its `holders` that permits it.
    ///
    /// @param otherwise why its holders are not known, if they are not
    SocketOptions read(SocketRow row, List<Holder> holders, String otherwise) {
        if (row.inode() == 0) {
            return SocketOptions.unknown(NOBODY);
        }
        String reason = otherwise;
        for (Holder holder : holders) {
            try (Fd socket = borrower.borrow(row, holder)) {
                return read(row, socket.number());
            } catch (ErrnoException refused) {
                reason = FdBorrower.reason(row, refused);
            }
        }
        return SocketOptions.unknown(reason);
    }

    private SocketOptions read(SocketRow row, int socket) throws ErrnoException {
        boolean six = row.family() == DiagQuery.INET6;
        boolean reuseaddr = SocketOption.REUSEADDR.read(socket) != 0;
        boolean reuseport = SocketOption.REUSEPORT.read(socket) != 0;
        boolean v6only = six && SocketOption.V6ONLY.read(socket) != 0;
        boolean multipath = SocketOption.PROTOCOL.read(socket) == Sockets.IPPROTO_MPTCP;
        int cpu = (int) SocketOption.INCOMING_CPU.read(socket);
        boolean listens = row.protocol() == Protocol.TCP && row.state() == TcpState.LISTEN;
        boolean defers = listens && SocketOption.DEFER_ACCEPT.read(socket) != 0;
        int bits =
                bit(listens, 5)
                        | bit(defers, 6)
                        | bit(six, 0)
                        | bit(reuseaddr, 1)
                        | bit(reuseport, 2)
                        | bit(v6only, 3);
        return known.computeIfAbsent(
                Math.max(cpu, -1) << 7 | bits | bit(multipath, 4),
                _ ->
                        new SocketOptions(
                                Optional.of(reuseaddr),
                                Optional.of(reuseport),
                                six ? Optional.of(v6only) : Optional.empty(),
                                cpu < 0 ? OptionalInt.empty() : OptionalInt.of(cpu),
                                Optional.of(multipath),
                                listens ? Optional.of(defers) : Optional.empty(),
                                false,
                                ""));
    }

    private static int bit(boolean set, int number) {
        return set ? 1 << number : 0;
    }

    @Override
    public void close() {
        borrower.close();
    }
}
