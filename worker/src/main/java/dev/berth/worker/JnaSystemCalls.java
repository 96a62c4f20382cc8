package dev.berth.worker;

import com.sun.jna.LastErrorException;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;

/// System calls through JNA, for a Java without the foreign function API.
final class JnaSystemCalls implements SystemCalls {
    private static final int FIRST_WITH_VIRTUAL_THREADS = 21;

    /// @throws LinkageError if JNA is not there, or cannot load its native library
    JnaSystemCalls() {
        Calls.load();
    }

    @Override
    public int recvmsg(int fd, byte[] packet, int[] descriptor, int flags) {
        try (Memory header = header()) {
            int count = (int) Calls.recvmsg(fd, header, flags | MSG_CMSG_CLOEXEC);
            header.read(MessageHeader.BYTES, packet, 0, count);
            descriptor[0] =
                    MessageHeader.descriptor(
                            header.getLong(MessageHeader.CONTROL_LENGTH),
                            header.getInt(MessageHeader.FLAGS),
                            header.getInt(MessageHeader.DESCRIPTOR));
            return count;
        } catch (LastErrorException e) {
            return -e.getErrorCode();
        }
    }

    private static Memory header() {
        Memory header = new Memory(MessageHeader.SIZE);
        header.clear();
        header.setPointer(MessageHeader.VECTOR_ADDRESS, header.share(MessageHeader.VECTOR));
        header.setLong(MessageHeader.VECTOR_COUNT, 1);
        header.setPointer(MessageHeader.CONTROL_ADDRESS, header.share(MessageHeader.CONTROL));
        header.setLong(MessageHeader.CONTROL_LENGTH, MessageHeader.CONTROL_BYTES);
        header.setPointer(MessageHeader.BYTES_ADDRESS, header.share(MessageHeader.BYTES));
        header.setLong(MessageHeader.BYTES_LENGTH, Packet.MAX_BYTES);
        return header;
    }

    @Override
    public int poll(int one, int other) {
        try (Memory both = new Memory(16)) {
            both.clear();
            both.setInt(0, one);
            both.setShort(4, POLLIN);
            both.setInt(8, other);
            both.setShort(12, POLLIN);
            return Calls.poll(both, 2, -1);
        } catch (LastErrorException e) {
            return -e.getErrorCode();
        }
    }

    @Override
    public int eventfd() {
        try {
            return Calls.eventfd(0, EFD_CLOEXEC);
        } catch (LastErrorException e) {
            return -e.getErrorCode();
        }
    }

    @Override
    public int eventfdWrite(int fd) {
        try {
            return Calls.eventfd_write(fd, 1);
        } catch (LastErrorException e) {
            return -e.getErrorCode();
        }
    }

    @Override
    public int send(int fd, byte[] packet) {
        try {
            return (int) Calls.send(fd, packet, packet.length, MSG_NOSIGNAL);
        } catch (LastErrorException e) {
            return -e.getErrorCode();
        }
    }

    @Override
    public int getpeername(int fd, byte[] address) {
        try {
            var length = new IntByReference(address.length);
            Calls.getpeername(fd, address, length);
            return length.getValue();
        } catch (LastErrorException e) {
            return -e.getErrorCode();
        }
    }

    @Override
    public int getsockopt(int fd, int option) {
        try {
            var value = new IntByReference();
            Calls.getsockopt(fd, SOL_SOCKET, option, value, new IntByReference(Integer.BYTES));
            return value.getValue();
        } catch (LastErrorException e) {
            return -e.getErrorCode();
        }
    }

    @Override
    public int setsockopt(int fd, int option, byte[] value) {
        try {
            return Calls.setsockopt(fd, SOL_SOCKET, option, value, value.length);
        } catch (LastErrorException e) {
            return -e.getErrorCode();
        }
    }

    @Override
    public int fcntl(int fd, int command, int argument) {
        try {
            return Calls.fcntl(fd, command, argument);
        } catch (LastErrorException e) {
            return -e.getErrorCode();
        }
    }

    @Override
    public int close(int fd) {
        try {
            return Calls.close(fd);
        } catch (LastErrorException e) {
            return -e.getErrorCode();
        }
    }

    @Override
    public boolean mayWait() {
        return Runtime.version().feature() < FIRST_WITH_VIRTUAL_THREADS;
    }

    /// The functions of the C library, bound by name.
    private static final class Calls {
        static {
            Native.register(Calls.class, "c");
        }

        private Calls() {}

        static void load() {
            // Calling this initializes the class.
        }

        static native long recvmsg(int fd, Pointer header, int flags) throws LastErrorException;

        static native long send(int fd, byte[] packet, long length, int flags)
                throws LastErrorException;

        static native int getpeername(int fd, byte[] address, IntByReference length)
                throws LastErrorException;

        static native int getsockopt(
                int fd, int level, int option, IntByReference value, IntByReference length)
                throws LastErrorException;

        static native int setsockopt(int fd, int level, int option, byte[] value, int length)
                throws LastErrorException;

        static native int fcntl(int fd, int command, int argument) throws LastErrorException;

        static native int poll(Pointer descriptors, long count, int millis)
                throws LastErrorException;

        static native int eventfd(int value, int flags) throws LastErrorException;

        static native int eventfd_write(int fd, long value) throws LastErrorException;

        static native int close(int fd) throws LastErrorException;
    }
}
