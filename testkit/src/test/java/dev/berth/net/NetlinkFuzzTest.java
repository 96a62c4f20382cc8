package dev.berth.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.sys.ErrnoException;
import dev.berth.sys.Sockets;
import dev.berth.testkit.Fuzz;

import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/// It lives in this module because it needs testkit, which depends on net.
///
/// Replies that the kernel would never send: [DiagReply] reads them to their end, or reports that
/// they are malformed.
class NetlinkFuzzTest {
    private static final int SEQUENCE = 7;
    private static final int ROW = 20;
    private static final int DONE = 3;

    @Test
    void anyBytesAreRowsOrRejected() throws Exception {
        List<byte[]> examples = new ArrayList<>();
        for (int family : new int[] {Sockets.AF_INET, Sockets.AF_INET6}) {
            examples.add(joined(part(ROW, row(family)), part(ROW, row(family))));
            examples.add(joined(part(ROW, row(family)), part(DONE, new byte[4])));
        }
        Fuzz.of("netlink replies", examples).check(NetlinkFuzzTest::read);
    }

    private static void read(byte[] input) {
        List<SocketRow> rows = new ArrayList<>();
        DiagReply reply = new DiagReply(Protocol.TCP, SEQUENCE, rows);
        ByteBuffer in = ByteBuffer.wrap(input).order(ByteOrder.nativeOrder());
        try {
            reply.read(in, input.length);
        } catch (ErrnoException refused) {
            assertThat(refused.getMessage()).startsWith("sock_diag dump");
        }
        assertThat(rows.size() * DiagMessages.ROW_BYTES).isLessThanOrEqualTo(input.length);
        rows.forEach(row -> assertThat(row.toString()).isNotEmpty());
    }

    private static byte[] part(int type, byte[] payload) {
        ByteBuffer out = buffer(DiagMessages.HEADER_BYTES + payload.length);
        out.putInt(out.capacity()).putShort((short) type).putShort((short) 2);
        return out.putInt(SEQUENCE).putInt(0).put(payload).array();
    }

    /// A listener with one of each attribute that is read.
    private static byte[] row(int family) {
        ByteBuffer out = buffer(DiagMessages.ROW_BYTES);
        out.put((byte) family).put((byte) 10).putShort((short) 0);
        out.putShort((short) 0x901f).position(DiagMessages.ROW_BYTES);
        return joined(
                out.array(),
                attribute(DiagAttributes.INFO, 160),
                attribute(DiagAttributes.SKMEMINFO, 36),
                attribute(11, 1),
                attribute(19, 12),
                attribute(21, 8),
                attribute(22, 2));
    }

    private static byte[] attribute(int type, int bytes) {
        ByteBuffer out = buffer(DiagMessages.aligned(4 + bytes));
        return out.putShort((short) (4 + bytes)).putShort((short) type).array();
    }

    private static ByteBuffer buffer(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.nativeOrder());
    }

    private static byte[] joined(byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        ByteBuffer all = ByteBuffer.allocate(length);
        for (byte[] part : parts) {
            all.put(part);
        }
        return all.array();
    }
}
