package dev.berth.net;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/// Decodes the attributes that follow a row: each has a u16 length (including its header), a u16
/// type and the payload, padded to 4 bytes. Unknown types are skipped.
///
/// **Source:** include/uapi/linux/inet_diag.h
final class DiagAttributes {
    static final int INFO = 2;
    static final int SKMEMINFO = 7;
    private static final int SKV6ONLY = 11;
    private static final int ULP_INFO = 19;
    private static final int CGROUP_ID = 21;
    private static final int SOCKOPT = 22;

    private static final int HEADER_BYTES = 4;
    private static final int NESTED_MASK = 0x3fff;
    private static final int ULP_NAME = 1;
    private static final int DROPS_OFFSET = 8 * Integer.BYTES;

    private static final OptionalInt NO_DROPS = OptionalInt.of(0);

    private OptionalInt drops = OptionalInt.empty();
    private Optional<TcpInfo> info = Optional.empty();
    private Optional<Boolean> v6only = Optional.empty();
    private OptionalLong cgroup = OptionalLong.empty();
    private Optional<String> upper = Optional.empty();
    private Set<SocketDetails.Flag> flags = Set.of();

    private DiagAttributes() {}

    static DiagAttributes read(ByteBuffer in, int begin, int end) {
        DiagAttributes read = new DiagAttributes();
        for (int at = begin; at + HEADER_BYTES <= end; ) {
            int length = in.getShort(at) & 0xffff;
            if (length < HEADER_BYTES || length > end - at) {
                break;
            }
            int type = in.getShort(at + 2) & NESTED_MASK;
            read.attribute(type, in, at + HEADER_BYTES, length - HEADER_BYTES);
            at += DiagMessages.aligned(length);
        }
        return read;
    }

    private void attribute(int type, ByteBuffer in, int at, int length) {
        switch (type) {
            case INFO -> info = info(in, at, length);
            case SKMEMINFO -> drops = drops(in, at, length);
            case SKV6ONLY -> v6only = length == 0 ? Optional.empty() : Optional.of(in.get(at) != 0);
            case ULP_INFO -> upper = upper(in, at, at + length);
            case CGROUP_ID -> cgroup = cgroup(in, at, length);
            case SOCKOPT -> flags = flags(in, at, length);
            default -> {}
        }
    }

    OptionalInt drops() {
        return drops;
    }

    Optional<TcpInfo> info() {
        return info;
    }

    Optional<Boolean> v6only() {
        return v6only;
    }

    SocketDetails details(OptionalInt timeWaitMillis, RowInterner interner) {
        boolean more = timeWaitMillis.isPresent() || upper.isPresent() || !flags.isEmpty();
        return more
                ? new SocketDetails(timeWaitMillis, cgroup, upper, flags)
                : interner.details(cgroup);
    }

    private static Optional<TcpInfo> info(ByteBuffer in, int at, int length) {
        return length == 0 ? Optional.empty() : Optional.of(TcpInfo.decode(in.slice(at, length)));
    }

    private static OptionalInt drops(ByteBuffer in, int at, int length) {
        if (length < DROPS_OFFSET + Integer.BYTES) {
            return OptionalInt.empty();
        }
        int drops = in.getInt(at + DROPS_OFFSET);
        return drops == 0 ? NO_DROPS : OptionalInt.of(drops);
    }

    private static OptionalLong cgroup(ByteBuffer in, int at, int length) {
        return length >= Long.BYTES ? OptionalLong.of(in.getLong(at)) : OptionalLong.empty();
    }

    private static Set<SocketDetails.Flag> flags(ByteBuffer in, int at, int length) {
        int first = length > 0 ? in.get(at) & 0xff : 0;
        int second = length > 1 ? in.get(at + 1) & 0xff : 0;
        return SocketDetails.flags(first | second << 8);
    }

    /// The name in the nested attributes, a text ended by a zero byte.
    private static Optional<String> upper(ByteBuffer in, int begin, int end) {
        for (int at = begin; at + HEADER_BYTES <= end; ) {
            int length = in.getShort(at) & 0xffff;
            if (length < HEADER_BYTES || length > end - at) {
                break;
            }
            if ((in.getShort(at + 2) & NESTED_MASK) == ULP_NAME) {
                byte[] name = new byte[length - HEADER_BYTES];
                in.get(at + HEADER_BYTES, name);
                return Optional.of(new String(name, StandardCharsets.UTF_8).replace("\0", ""));
            }
            at += DiagMessages.aligned(length);
        }
        return Optional.empty();
    }
}
