package dev.berth.net;

import dev.berth.sys.Arch;
import dev.berth.sys.Syscall;

import java.util.Optional;

/// The system call that a thread is blocked in, if it is one that can wait for a connection.
///
/// **Shape:** `NUMBER ARGUMENT… STACK PC`, the number in decimal, everything else in hexadecimal
/// with `0x`; `running`, or the number -1, for a thread that is in no call.
///
/// **Source:** proc_pid_syscall(5).
///
/// @param first the first argument
/// @param second the second argument
record BlockedCall(Kind kind, long first, long second) {
    /// The kinds of calls that can wait for a connection.
    enum Kind {
        /// `first` is the listener.
        ACCEPT,
        /// `first` is the epoll set.
        EPOLL,
        /// `first` is the address of `second` pollfds.
        POLL,
        /// Descriptors below `first`; those to be read are bits at the address `second`.
        SELECT,
        /// The kernel does not show what the thread waits for.
        IO_URING
    }

    /// x86-64 has calls that aarch64 never had.
    private static final int X86_POLL = 7;

    private static final int X86_SELECT = 23;
    private static final int X86_EPOLL_WAIT = 232;

    /// Parses `/proc/TID/syscall` of this machine; empty for a call of another kind.
    static Optional<BlockedCall> parse(String line) {
        String[] words = line.strip().split(" ");
        if (words.length < 3 || !words[0].matches("[0-9]{1,6}")) {
            return Optional.empty();
        }
        return kind(Integer.parseInt(words[0]))
                .map(kind -> new BlockedCall(kind, hex(words[1]), hex(words[2])));
    }

    private static long hex(String word) {
        return Long.parseUnsignedLong(word.substring(2), 16);
    }

    private static Optional<Kind> kind(int number) {
        boolean x86 = Arch.current() == Arch.X86_64;
        if (number == Syscall.ACCEPT.number() || number == Syscall.ACCEPT4.number()) {
            return Optional.of(Kind.ACCEPT);
        }
        if (number == Syscall.EPOLL_PWAIT.number()
                || number == Syscall.EPOLL_PWAIT2.number()
                || x86 && number == X86_EPOLL_WAIT) {
            return Optional.of(Kind.EPOLL);
        }
        if (number == Syscall.PPOLL.number() || x86 && number == X86_POLL) {
            return Optional.of(Kind.POLL);
        }
        if (number == Syscall.PSELECT6.number() || x86 && number == X86_SELECT) {
            return Optional.of(Kind.SELECT);
        }
        return number == Syscall.IO_URING_ENTER.number()
                ? Optional.of(Kind.IO_URING)
                : Optional.empty();
    }
}
