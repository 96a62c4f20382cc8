package dev.berth.supervise.adoption;

import dev.berth.net.ProcessList;
import dev.berth.supervise.steering.SocketInode;
import dev.berth.sys.Descriptors;
import dev.berth.sys.Errno;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.Pidfds;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/// A descriptor of another process, named by one of its threads and a number.
///
/// @param tid a thread in whose descriptor table it is; not necessarily the process's first
record ChildDescriptor(int tid, int number) {
    /// Takes a second descriptor of the same file.
    ///
    /// @throws ErrnoException `EPERM` without ptrace permission (Docker's default profile), `EBADF`
    ///
    ///   **Ownership:** the caller closes it.
    Fd duplicate() throws ErrnoException {
        try (Fd process = process(tid)) {
            long taken = Pidfds.pidfdGetfd(process.number(), number);
            return Fd.of("pidfd_getfd", this, taken);
        }
    }

    /// A pidfd of the thread itself; before Linux 6.9, of its process.
    private static Fd process(int tid) throws ErrnoException {
        long thread = Pidfds.pidfdOpen(tid, Pidfds.PIDFD_THREAD);
        if (thread >= 0) {
            return new Fd((int) thread);
        }
        OptionalInt leader = ProcessList.leader(tid);
        return Fd.of("pidfd_open", tid, Pidfds.pidfdOpen(leader.orElse(tid), 0));
    }

    /// The inode, if it is a socket that this user is permitted to inspect.
    OptionalLong inode() {
        return SocketInode.behind(path());
    }

    /// `TCP`, `TCPv6`, `UDP`, `UDPv6`, `MPTCP` …, as reported by the sockets' file system, which
    /// needs no ptrace attach permission.
    Optional<String> protocolName() {
        return Descriptors.getxattr(path(), "system.sockprotoname");
    }

    /// Whether its process is known to be in another network namespace than this thread. A socket
    /// nearly always belongs to its process's namespace.
    boolean inOtherNamespace() {
        try {
            Path own = Files.readSymbolicLink(Path.of("/proc/thread-self/ns/net"));
            return !own.equals(Files.readSymbolicLink(Path.of("/proc/" + tid + "/ns/net")));
        } catch (IOException unreadable) {
            return false;
        }
    }

    /// The open(2) flags, with O_CLOEXEC and O_NONBLOCK; 0 if they cannot be read.
    int flags() {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/" + tid + "/fdinfo/" + number))) {
                if (line.startsWith("flags:")) {
                    return Integer.parseInt(line.substring("flags:".length()).strip(), 8);
                }
            }
        } catch (IOException | NumberFormatException unreadable) {
            return 0;
        }
        return 0;
    }

    private String path() {
        return "/proc/" + tid + "/fd/" + number;
    }

    static boolean refused(ErrnoException failure) {
        return failure.is(Errno.EPERM) || failure.is(Errno.EACCES) || failure.is(Errno.ENOSYS);
    }

    @Override
    public String toString() {
        return "fd " + number + " of thread " + tid;
    }
}
