package dev.berth.worker;

import java.io.IOException;

/// The system calls that this library uses; each returns the kernel's result, or −errno.
///
/// **Shape:** constants and offsets are those of 64-bit Linux.
interface SystemCalls {
    int EINTR = 4;
    int EAGAIN = 11;
    int ECONNRESET = 104;
    int ENOTCONN = 107;

    int SOL_SOCKET = 1;
    int SO_TYPE = 3;
    int SO_RCVTIMEO = 20;
    int SOCK_SEQPACKET = 5;

    int F_SETFD = 2;
    int F_GETFL = 3;
    int F_SETFL = 4;
    int F_DUPFD_CLOEXEC = 1030;
    int FD_CLOEXEC = 1;
    int O_NONBLOCK = 0x800;

    int MSG_CTRUNC = 0x8;
    int MSG_DONTWAIT = 0x40;
    int MSG_NOSIGNAL = 0x4000;
    int MSG_CMSG_CLOEXEC = 0x40000000;

    int EFD_CLOEXEC = 0x80000;
    short POLLIN = 1;

    /// No descriptor came with the packet.
    int NONE = -1;

    /// A descriptor came, but this process had no room for it.
    int LOST = -2;

    /// Receives the next packet into `packet`, and into `descriptor[0]` its descriptor
    /// (close-on-exec), [#NONE] or [#LOST]. Returns the packet's length, 0 at end-of-file.
    ///
    /// @param packet of [Packet#MAX_BYTES] bytes
    int recvmsg(int fd, byte[] packet, int[] descriptor, int flags);

    /// Waits until one of two descriptors is readable or at end-of-file.
    int poll(int one, int other);

    /// A new eventfd, close-on-exec.
    int eventfd();

    /// Makes an eventfd readable.
    int eventfdWrite(int fd);

    /// Sends a packet; raises no signal if the other end is gone.
    int send(int fd, byte[] packet);

    /// Writes the peer's address into `address` as a `sockaddr` and returns its length.
    ///
    /// @param address of [PeerName#MAX_BYTES] bytes
    int getpeername(int fd, byte[] address);

    /// Reads an integer option of [#SOL_SOCKET].
    int getsockopt(int fd, int option);

    /// Sets an option of [#SOL_SOCKET].
    int setsockopt(int fd, int option, byte[] value);

    int fcntl(int fd, int command, int argument);

    int close(int fd);

    /// Whether the calling thread may block in a call. A virtual thread would pin its carrier.
    boolean mayWait();

    /// The implementation for this Java: foreign functions from 22 on, JNA before.
    ///
    /// @throws IOException if there is none; the message says what to do
    static SystemCalls ofThisJava() throws IOException {
        return Runtime.version().feature() >= 22 ? foreign() : jna();
    }

    private static SystemCalls foreign() throws IOException {
        try {
            // By name, because it is compiled separately.
            return Class.forName("dev.berth.worker.FfmSystemCalls")
                    .asSubclass(SystemCalls.class)
                    .getDeclaredConstructor()
                    .newInstance();
        } catch (ReflectiveOperationException | LinkageError e) {
            throw new IOException(
                    "this Java denies native access, so no connection can be received; start"
                            + " java with --enable-native-access="
                            + ownModule(),
                    e);
        }
    }

    private static SystemCalls jna() throws IOException {
        try {
            return new JnaSystemCalls();
        } catch (LinkageError e) {
            throw new IOException(
                    "Java "
                            + Runtime.version().feature()
                            + " cannot receive connections by itself; run the server on Java 22 or"
                            + " newer, or add net.java.dev.jna:jna to its class path ("
                            + e
                            + ")",
                    e);
        }
    }

    /// The name by which `java` options refer to this library's module.
    static String ownModule() {
        Module own = SystemCalls.class.getModule();
        return own.isNamed() ? own.getName() : "ALL-UNNAMED";
    }
}
