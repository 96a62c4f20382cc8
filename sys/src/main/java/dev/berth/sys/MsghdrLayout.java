package dev.berth.sys;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;

/// `struct msghdr`: a message in one piece, with room for descriptors.
///
///     0      8           16    24       32        40           48      56
///     | name | namelen   | iov | iovlen | control | controllen | flags |
///
/// where `iov` points to one `struct iovec` (base, length), and `control` to a `struct cmsghdr`:
///
///     0     8       12     16
///     | len | level | type | descriptors, 4 bytes each
///
/// **Source:** recvmsg(2), cmsg(3), unix(7).
final class MsghdrLayout {
    static final StructLayout LAYOUT =
            Layouts.struct(
                    "msghdr",
                    56,
                    JAVA_LONG.withName("name"),
                    JAVA_INT.withName("namelen"),
                    MemoryLayout.paddingLayout(4),
                    JAVA_LONG.withName("iov"),
                    JAVA_LONG.withName("iovlen"),
                    JAVA_LONG.withName("control"),
                    JAVA_LONG.withName("controllen"),
                    JAVA_INT.withName("flags"),
                    MemoryLayout.paddingLayout(4));

    static final long CONTROL_LENGTH = Layouts.offset(LAYOUT, "controllen");

    /// Including the `iovec`, which follows it.
    static final long BYTES_WITH_IOV = LAYOUT.byteSize() + 2 * Long.BYTES;

    private static final long IOV = Layouts.offset(LAYOUT, "iov");
    private static final long IOV_LENGTH = Layouts.offset(LAYOUT, "iovlen");
    private static final long CONTROL = Layouts.offset(LAYOUT, "control");

    private MsghdrLayout() {}

    /// The header of a message whose bytes and control data are in these segments.
    static MemorySegment of(CallArena arena, MemorySegment bytes, MemorySegment control) {
        MemorySegment header = arena.zeroed(BYTES_WITH_IOV);
        fill(header, bytes, control);
        return header;
    }

    /// Writes such a header into zeroed memory.
    static void fill(MemorySegment header, MemorySegment bytes, MemorySegment control) {
        long iov = LAYOUT.byteSize();
        header.set(JAVA_LONG, iov, bytes.address());
        header.set(JAVA_LONG, iov + Long.BYTES, bytes.byteSize());
        header.set(JAVA_LONG, IOV, header.address() + iov);
        header.set(JAVA_LONG, IOV_LENGTH, 1);
        header.set(JAVA_LONG, CONTROL, control.byteSize() == 0 ? 0 : control.address());
        header.set(JAVA_LONG, CONTROL_LENGTH, control.byteSize());
    }
}
