package dev.berth.worker;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/// System calls through Java's foreign function API.
///
/// **Since:** Java 22; nothing in this library may refer to this class by name, see
/// [SystemCalls#ofThisJava()].
final class FfmSystemCalls implements SystemCalls {
    private static final Linker LINKER = Linker.nativeLinker();
    private static final long ERRNO_BYTES = Linker.Option.captureStateLayout().byteSize();

    // Static, so that the JIT compiles the constant handles into their callers.
    private static final MethodHandle RECVMSG =
            handle("recvmsg", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle SEND =
            handle("send", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
    private static final MethodHandle GETPEERNAME =
            handle("getpeername", JAVA_INT, JAVA_INT, ADDRESS, ADDRESS);
    private static final MethodHandle GETSOCKOPT =
            handle("getsockopt", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS);
    private static final MethodHandle SETSOCKOPT =
            handle("setsockopt", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle FCNTL =
            handle("fcntl", 2, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle POLL = handle("poll", JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
    private static final MethodHandle EVENTFD = handle("eventfd", JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle EVENTFD_WRITE =
            handle("eventfd_write", JAVA_INT, JAVA_INT, JAVA_LONG);
    private static final MethodHandle CLOSE = handle("close", JAVA_INT, JAVA_INT);

    private static final ThreadLocal<Block> MINE = ThreadLocal.withInitial(Block::new);

    /// Loading this class fails if Java denies native access.
    FfmSystemCalls() {}

    /// A thread's memory for the two calls that every connection needs: allocating it per call
    /// would cost more than the call.
    private static final class Block {
        final MemorySegment errno;
        final MemorySegment header;
        final MemorySegment name;
        final MemorySegment length;

        Block() {
            Arena memory = Arena.ofAuto();
            errno = memory.allocate(ERRNO_BYTES);
            header = header(memory);
            name = memory.allocate(PeerName.MAX_BYTES, 4);
            length = memory.allocate(JAVA_INT);
        }
    }

    @Override
    public int recvmsg(int fd, byte[] packet, int[] descriptor, int flags) {
        Block mine = MINE.get();
        MemorySegment header = mine.header;
        header.set(JAVA_LONG, MessageHeader.CONTROL_LENGTH, MessageHeader.CONTROL_BYTES);
        long count;
        try {
            count = (long) RECVMSG.invokeExact(mine.errno, fd, header, flags | MSG_CMSG_CLOEXEC);
        } catch (Throwable e) {
            throw unexpected(e);
        }
        if (count < 0) {
            return -mine.errno.get(JAVA_INT, 0);
        }
        MemorySegment.copy(header, JAVA_BYTE, MessageHeader.BYTES, packet, 0, (int) count);
        descriptor[0] =
                MessageHeader.descriptor(
                        header.get(JAVA_LONG, MessageHeader.CONTROL_LENGTH),
                        header.get(JAVA_INT, MessageHeader.FLAGS),
                        header.get(JAVA_INT, MessageHeader.DESCRIPTOR));
        return (int) count;
    }

    private static MemorySegment header(Arena arena) {
        MemorySegment header = arena.allocate(MessageHeader.SIZE, 8);
        long address = header.address();
        header.set(JAVA_LONG, MessageHeader.VECTOR_ADDRESS, address + MessageHeader.VECTOR);
        header.set(JAVA_LONG, MessageHeader.VECTOR_COUNT, 1);
        header.set(JAVA_LONG, MessageHeader.CONTROL_ADDRESS, address + MessageHeader.CONTROL);
        header.set(JAVA_LONG, MessageHeader.BYTES_ADDRESS, address + MessageHeader.BYTES);
        header.set(JAVA_LONG, MessageHeader.BYTES_LENGTH, Packet.MAX_BYTES);
        return header;
    }

    @Override
    public int poll(int one, int other) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment errno = arena.allocate(ERRNO_BYTES);
            MemorySegment both = arena.allocate(16, 4);
            both.set(JAVA_INT, 0, one);
            both.set(JAVA_SHORT, 4, POLLIN);
            both.set(JAVA_INT, 8, other);
            both.set(JAVA_SHORT, 12, POLLIN);
            return result((int) POLL.invokeExact(errno, both, 2L, -1), errno);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public int eventfd() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment errno = arena.allocate(ERRNO_BYTES);
            return result((int) EVENTFD.invokeExact(errno, 0, EFD_CLOEXEC), errno);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public int eventfdWrite(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment errno = arena.allocate(ERRNO_BYTES);
            return result((int) EVENTFD_WRITE.invokeExact(errno, fd, 1L), errno);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public int send(int fd, byte[] packet) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment errno = arena.allocate(ERRNO_BYTES);
            MemorySegment bytes = arena.allocateFrom(JAVA_BYTE, packet);
            long count = (long) SEND.invokeExact(errno, fd, bytes, bytes.byteSize(), MSG_NOSIGNAL);
            return count < 0 ? -errno.get(JAVA_INT, 0) : Math.toIntExact(count);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public int getpeername(int fd, byte[] address) {
        Block mine = MINE.get();
        mine.length.set(JAVA_INT, 0, (int) mine.name.byteSize());
        int result;
        try {
            result = (int) GETPEERNAME.invokeExact(mine.errno, fd, mine.name, mine.length);
        } catch (Throwable e) {
            throw unexpected(e);
        }
        if (result < 0) {
            return -mine.errno.get(JAVA_INT, 0);
        }
        MemorySegment.copy(mine.name, JAVA_BYTE, 0, address, 0, address.length);
        return mine.length.get(JAVA_INT, 0);
    }

    @Override
    public int getsockopt(int fd, int option) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment errno = arena.allocate(ERRNO_BYTES);
            MemorySegment value = arena.allocate(JAVA_INT);
            MemorySegment length = arena.allocateFrom(JAVA_INT, (int) value.byteSize());
            int result = (int) GETSOCKOPT.invokeExact(errno, fd, SOL_SOCKET, option, value, length);
            return result < 0 ? -errno.get(JAVA_INT, 0) : value.get(JAVA_INT, 0);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public int setsockopt(int fd, int option, byte[] value) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment errno = arena.allocate(ERRNO_BYTES);
            MemorySegment bytes = arena.allocateFrom(JAVA_BYTE, value);
            int length = value.length;
            return result(
                    (int) SETSOCKOPT.invokeExact(errno, fd, SOL_SOCKET, option, bytes, length),
                    errno);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public int fcntl(int fd, int command, int argument) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment errno = arena.allocate(ERRNO_BYTES);
            return result((int) FCNTL.invokeExact(errno, fd, command, argument), errno);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public int close(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment errno = arena.allocate(ERRNO_BYTES);
            return result((int) CLOSE.invokeExact(errno, fd), errno);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public boolean mayWait() {
        return !Thread.currentThread().isVirtual();
    }

    private static int result(int result, MemorySegment errno) {
        return result < 0 ? -errno.get(JAVA_INT, 0) : result;
    }

    private static MethodHandle handle(
            String name, MemoryLayout result, MemoryLayout... arguments) {
        return handle(name, arguments.length, result, arguments);
    }

    /// @param fixed how many arguments precede the variadic ones
    private static MethodHandle handle(
            String name, int fixed, MemoryLayout result, MemoryLayout... arguments) {
        MemorySegment function = LINKER.defaultLookup().find(name).orElseThrow();
        FunctionDescriptor type = FunctionDescriptor.of(result, arguments);
        Linker.Option errno = Linker.Option.captureCallState("errno");
        return fixed < arguments.length
                ? LINKER.downcallHandle(
                        function, type, errno, Linker.Option.firstVariadicArg(fixed))
                : LINKER.downcallHandle(function, type, errno);
    }

    private static AssertionError unexpected(Throwable e) {
        return new AssertionError("a system call throws nothing", e);
    }
}
