package dev.berth.bpf;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.sys.Arch;
import dev.berth.sys.Errno;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.Seccomp;
import dev.berth.sys.SockAddr;
import dev.berth.sys.Sockets;
import dev.berth.sys.Syscall;
import dev.berth.testkit.LeakCheck;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.util.List;
import java.util.concurrent.FutureTask;

@ExtendWith(LeakCheck.class)
class SeccompFilterKernelTest {

    /// The results of a call before and after the filter was installed.
    private record Results(int bindBefore, int bind, int listen) {}

    @Test
    void theKernelFailsTheListedCallsOfThisThreadOnly() throws Exception {
        long[] filter = SeccompFilter.deny(Arch.current(), List.of(Syscall.BIND), Errno.EADDRINUSE);
        // A filter stays as long as its thread.
        FutureTask<Results> task = new FutureTask<>(() -> bindUnder(filter));
        Thread.ofPlatform().start(task);

        assertThat(task.get()).isEqualTo(new Results(0, -Errno.EADDRINUSE.number(), 0));
        assertThat(bindOnce()).isZero();
    }

    private static Results bindUnder(long[] filter) throws ErrnoException {
        int before = bindOnce();
        ErrnoException.check("prctl", "no_new_privs", Seccomp.noNewPrivileges());
        ErrnoException.check("seccomp", "", Seccomp.install(filter));
        try (Fd fd = GroupSockets.socket(Sockets.AF_INET, Sockets.SOCK_STREAM)) {
            return new Results(before, bind(fd), Sockets.listen(fd.number(), 1));
        }
    }

    private static int bindOnce() throws ErrnoException {
        try (Fd fd = GroupSockets.socket(Sockets.AF_INET, Sockets.SOCK_STREAM)) {
            return bind(fd);
        }
    }

    private static int bind(Fd fd) {
        return Sockets.bind(fd.number(), new SockAddr.Inet4(0x7f000001, 0));
    }
}
