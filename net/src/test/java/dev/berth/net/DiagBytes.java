package dev.berth.net;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// Builds messages as the kernel sends them.
final class DiagBytes {
    private final ByteBuffer out = ByteBuffer.allocate(4096).order(ByteOrder.nativeOrder());
    private int begin;

    /// Begins a part with an nlmsghdr.
    DiagBytes part(int type, int flags, int sequence) {
        begin = out.position();
        out.putInt(0).putShort((short) type).putShort((short) flags).putInt(sequence).putInt(0);
        return sized();
    }

    /// An inet_diag_msg between IPv4 addresses (as numbers), inode 4711, cookie 0x2_0000_0001.
    DiagBytes row4(int state, int local, int port, int remote, int remotePort) {
        out.put((byte) 2).put((byte) state).put((byte) 0).put((byte) 0);
        out.order(ByteOrder.BIG_ENDIAN);
        out.putShort((short) port).putShort((short) remotePort);
        out.putInt(local).putInt(0).putInt(0).putInt(0);
        out.putInt(remote).putInt(0).putInt(0).putInt(0);
        return rest();
    }

    /// An inet_diag_msg of an IPv6 socket without a peer.
    DiagBytes row6(int state, long high, long low, int port) {
        out.put((byte) 10).put((byte) state).put((byte) 0).put((byte) 0);
        out.order(ByteOrder.BIG_ENDIAN);
        out.putShort((short) port).putShort((short) 0);
        out.putLong(high).putLong(low).putLong(0).putLong(0);
        return rest();
    }

    private DiagBytes rest() {
        out.order(ByteOrder.nativeOrder());
        out.putInt(3).putInt(1).putInt(2);
        out.putInt(0).putInt(7).putInt(8).putInt(-2).putInt(4711);
        return sized();
    }

    /// Appends an attribute, padded.
    DiagBytes attribute(int type, byte[] payload) {
        out.putShort((short) (4 + payload.length)).putShort((short) type).put(payload);
        int size = sized().length() - begin;
        out.position(out.position() + (DiagMessages.aligned(size) - size));
        return this;
    }

    DiagBytes u32(int value) {
        out.putInt(value);
        return sized();
    }

    /// Overwrites the length in the part's header.
    DiagBytes claim(int length) {
        out.putInt(begin, length);
        return this;
    }

    int length() {
        return out.position();
    }

    ByteBuffer view() {
        return ByteBuffer.wrap(out.array(), 0, length()).order(ByteOrder.nativeOrder());
    }

    private DiagBytes sized() {
        out.putInt(begin, out.position() - begin);
        return this;
    }
}
