package dev.berth.sys;

/// A system call and its number on each architecture.
///
/// Only calls that exist on both are listed. aarch64 never had `poll`, `pipe`, `dup2`,
/// `epoll_create` and `open`; `ppoll`, `pipe2`, `dup3`, `epoll_create1` and `openat` serve on both.
///
/// **Source:** `asm/unistd_64.h` of x86-64; `asm-generic/unistd.h`, which is what aarch64 uses.
public enum Syscall {
    READ(0, 63),
    WRITE(1, 64),
    CLOSE(3, 57),
    PREAD64(17, 67),
    OPENAT(257, 56),
    FCNTL(72, 25),
    IOCTL(16, 29),
    FLOCK(73, 32),
    DUP3(292, 24),
    PIPE2(293, 59),
    FCHOWN(93, 55),
    GETXATTR(191, 8),
    EVENTFD2(290, 19),
    CLOSE_RANGE(436, 436),
    MEMFD_CREATE(319, 279),
    READLINKAT(267, 78),
    LINKAT(265, 37),
    STATX(332, 291),
    MMAP(9, 222),

    PPOLL(271, 73),
    PSELECT6(270, 72),
    EPOLL_CREATE1(291, 20),
    EPOLL_CTL(233, 21),
    EPOLL_PWAIT(281, 22),
    EPOLL_PWAIT2(441, 441),

    SOCKET(41, 198),
    SOCKETPAIR(53, 199),
    BIND(49, 200),
    LISTEN(50, 201),
    ACCEPT(43, 202),
    ACCEPT4(288, 242),
    CONNECT(42, 203),
    GETSOCKNAME(51, 204),
    GETPEERNAME(52, 205),
    SENDTO(44, 206),
    RECVFROM(45, 207),
    SENDMSG(46, 211),
    RECVMSG(47, 212),
    SETSOCKOPT(54, 208),
    GETSOCKOPT(55, 209),
    SHUTDOWN(48, 210),

    EXIT(60, 93),
    WAIT4(61, 260),
    WAITID(247, 95),
    KILL(62, 129),
    TGKILL(234, 131),
    GETTID(186, 178),
    PRCTL(157, 167),
    PRLIMIT64(302, 261),
    PTRACE(101, 117),

    GETUID(102, 174),
    GETEUID(107, 175),
    GETGID(104, 176),
    GETEGID(108, 177),
    SETRESUID(117, 147),
    SETRESGID(119, 149),
    SETGROUPS(116, 159),

    UNSHARE(272, 97),
    KEYCTL(250, 219),
    SETNS(308, 268),

    PIDFD_OPEN(434, 434),
    PIDFD_GETFD(438, 438),
    PIDFD_SEND_SIGNAL(424, 424),
    PROCESS_VM_READV(310, 270),

    SECCOMP(317, 277),
    BPF(321, 280),
    IO_URING_ENTER(426, 426),

    SCHED_GETAFFINITY(204, 123),
    SCHED_SETAFFINITY(203, 122),
    GETCPU(309, 168);

    private final int x86;
    private final int generic;

    Syscall(int x86, int generic) {
        this.x86 = x86;
        this.generic = generic;
    }

    /// The number on this machine; `UnsupportedOperationException` if [Platform#supported] is
    /// false.
    public int number() {
        return number(Arch.current());
    }

    /// The number on the given architecture.
    public int number(Arch arch) {
        return switch (arch) {
            case X86_64 -> x86;
            case AARCH64 -> generic;
        };
    }
}
