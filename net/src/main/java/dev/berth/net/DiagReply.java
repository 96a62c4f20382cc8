package dev.berth.net;

import dev.berth.sys.Errno;
import dev.berth.sys.ErrnoException;

import java.nio.ByteBuffer;
import java.util.List;

/// Collects the answer to one dump: messages of several parts each, of which the last is DONE or
/// ERROR.
///
/// **Source:** netlink(7)
final class DiagReply {
    private static final int NLMSG_ERROR = 2;
    private static final int NLMSG_DONE = 3;
    private static final int NLM_F_DUMP_INTR = 0x10;

    private final Protocol protocol;
    private final int sequence;
    private final List<SocketRow> rows;
    private final RowInterner interner = new RowInterner();
    private boolean done;
    private boolean interrupted;

    /// @param sequence of the request; parts with another number are left over from an earlier
    ///   request
    /// @param rows the list that the sockets are added to
    DiagReply(Protocol protocol, int sequence, List<SocketRow> rows) {
        this.protocol = protocol;
        this.sequence = sequence;
        this.rows = rows;
    }

    /// Whether the last part was read.
    boolean done() {
        return done;
    }

    /// Whether the kernel reported that the tables changed meanwhile, so that rows may be missing.
    boolean interrupted() {
        return interrupted;
    }

    /// Reads one message, the first `length` bytes of `in`, which is in host byte order.
    ///
    /// @throws ErrnoException the kernel's error; `EBADMSG` if the bytes are malformed
    void read(ByteBuffer in, int length) throws ErrnoException {
        int at = 0;
        while (at + DiagMessages.HEADER_BYTES <= length && !done) {
            int size = in.getInt(at);
            if (size < DiagMessages.HEADER_BYTES || size > length - at) {
                throw failed(Errno.EBADMSG.number());
            }
            if (in.getInt(at + 8) == sequence) {
                part(in, at, at + size);
            }
            at += DiagMessages.aligned(size);
        }
    }

    private void part(ByteBuffer in, int at, int end) throws ErrnoException {
        int payload = at + DiagMessages.HEADER_BYTES;
        interrupted |= (in.getShort(at + 6) & NLM_F_DUMP_INTR) != 0;
        int type = in.getShort(at + 4);
        if (type == NLMSG_ERROR || type == NLMSG_DONE) {
            done = true;
            int code = payload + Integer.BYTES <= end ? in.getInt(payload) : 0;
            if (code < 0) {
                throw failed(-code);
            }
        } else if (payload + DiagMessages.ROW_BYTES <= end) {
            rows.add(row(in, payload, end));
        }
    }

    private SocketRow row(ByteBuffer in, int payload, int end) throws ErrnoException {
        try {
            return DiagMessages.row(in, payload, end, protocol, interner);
        } catch (IllegalArgumentException unknownState) {
            throw failed(Errno.EBADMSG.number());
        }
    }

    private ErrnoException failed(int errno) {
        return new ErrnoException("sock_diag dump", protocol.text(), errno);
    }
}
