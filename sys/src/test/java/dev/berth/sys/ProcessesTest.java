package dev.berth.sys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BooleanSupplier;

@ExtendWith(NoLeaks.class)
class ProcessesTest {
    private static final int SELF = (int) ProcessHandle.current().pid();
    private static final int NOBODY = 65534;

    @Test
    void aChildsCodeIsReapedOnce() throws ErrnoException {
        try (PipedChild child = PipedChild.start(List.of("/bin/sh", "-c", "exit 3"))) {
            assertThat(child.exit()).isEqualTo(ExitStatus.exited(3));
            assertThatThrownBy(() -> Processes.reap(child.pid))
                    .hasMessage("wait4 pid %d: ECHILD (10), no child processes", child.pid);
        }
    }

    @Test
    void aRunningChildIsNotReapedAndAKilledOneReportsTheSignal() throws ErrnoException {
        try (PipedChild child = PipedChild.start(List.of("/bin/sleep", "60"))) {
            assertThat(Processes.reap(child.pid)).isEmpty();
            assertThat(Processes.kill(child.pid, Signal.TERM.number())).isZero();
            assertThat(child.exit()).isEqualTo(ExitStatus.killed(15));
        }
    }

    @Test
    void aPidfdTakesASocketOutOfAChild() throws Exception {
        String program =
                """
                import socket, sys
                s = socket.socket()
                s.bind(('127.0.0.1', 0))
                print(s.fileno(), s.getsockname()[1], flush=True)
                sys.stdin.read()
                """;
        int[] stdin = new int[2];
        Descriptors.pipe2(stdin, Descriptors.O_CLOEXEC);
        try (Fd theirs = new Fd(stdin[0]);
                Fd ours = new Fd(stdin[1]);
                PipedChild child = PipedChild.python(program, new Redirect(theirs.number(), 0));
                Fd pidfd = Fd.of("pidfd_open", child.pid, Pidfds.pidfdOpen(child.pid, 0))) {
            theirs.close();
            String[] said = child.line().split(" ");
            int target = Integer.parseInt(said[0]);
            try (Fd taken = Fd.of("getfd", target, Pidfds.pidfdGetfd(pidfd.number(), target))) {
                assertThat(Tcp.name(taken).port()).isEqualTo(Integer.parseInt(said[1]));
            }
            assertThat(Errno.EBADF.is(Pidfds.pidfdGetfd(pidfd.number(), 999))).isTrue();
            assertThat(Pidfds.pidfdSendSignal(pidfd.number(), 0)).isZero();
            ours.close();
            assertThat(child.exit().success()).isTrue();
            assertThat(Errno.ESRCH.is(Pidfds.pidfdSendSignal(pidfd.number(), 0))).isTrue();
        }
    }

    @Test
    void memoryOfAnotherProcessIsRead() throws ErrnoException {
        String program =
                """
                import ctypes, sys
                b = ctypes.create_string_buffer(b'berth in memory')
                print(ctypes.addressof(b), flush=True)
                import time
                time.sleep(60)
                """;
        try (PipedChild child = PipedChild.python(program)) {
            long address = Long.parseLong(child.line());
            byte[] expected = "berth in memory\0".getBytes(UTF_8);

            assertThat(Processes.readMemory(child.pid, address, 16)).isEqualTo(expected);
            try (CallArena arena = new CallArena()) {
                MemorySegment local = arena.zeroed(16);
                assertThat(RemoteMemory.fileRead(arena, child.pid, address, local)).isEqualTo(16);
                byte[] read = new byte[16];
                CallArena.copyOut(local, read, 0, 16);
                assertThat(read).as("through /proc").isEqualTo(expected);
            }
        }
    }

    @Test
    void memoryThatIsNotMappedIsAnError() {
        assertThatThrownBy(() -> Processes.readMemory(SELF, 16, 8))
                .isInstanceOf(ErrnoException.class)
                .hasMessageContaining("8 bytes of " + SELF + " at 0x10: EFAULT");
    }

    @Test
    void credentialsChangeOnOneThreadOnly() throws Exception {
        Assumptions.assumeTrue(Capabilities.has(Capability.SETUID), "needs CAP_SETUID");
        boolean dumpable = Processes.dumpable();
        OnThread.call(
                () -> {
                    assertThat(Processes.setgroups(new int[] {NOBODY, 7})).isZero();
                    assertThat(Processes.setresgid(NOBODY, NOBODY, NOBODY)).isZero();
                    assertThat(Processes.setresuid(NOBODY, NOBODY, NOBODY)).isZero();
                    assertThat(Processes.getuid()).isEqualTo(NOBODY);
                    assertThat(Processes.geteuid()).isEqualTo(NOBODY);
                    assertThat(Processes.getgid()).isEqualTo(NOBODY);
                    assertThat(Processes.getegid()).isEqualTo(NOBODY);
                    assertThat(status("thread-self", "Groups")).isEqualTo("7 65534");
                    assertThat(Capabilities.effective()).isEmpty();
                    assertThat(Errno.EPERM.is(Processes.setresuid(0, 0, 0))).isTrue();
                    return null;
                });
        assertThat(Processes.geteuid()).isZero();
        assertThat(Processes.getegid()).isZero();
        assertThat(Capabilities.has(Capability.SETUID)).isTrue();
        assertThat(Processes.dumpable()).as("the kernel clears it for all threads").isFalse();
        assertThat(Processes.setDumpable(dumpable)).isZero();
        assertThat(Processes.dumpable()).isEqualTo(dumpable);
    }

    private static String status(String process, String field) throws IOException {
        return Files.readAllLines(Path.of("/proc", process, "status")).stream()
                .filter(line -> line.startsWith(field + ":"))
                .findFirst()
                .orElseThrow()
                .substring(field.length() + 1)
                .strip();
    }

    @Test
    void aNamespaceIsLeftByOneThreadAndEnteredByAnother() throws Exception {
        Assumptions.assumeTrue(Capabilities.has(Capability.SYS_ADMIN), "needs CAP_SYS_ADMIN");
        Path own = Path.of("/proc/thread-self/ns/net");
        String home = Files.readSymbolicLink(own).toString();
        Fd away =
                OnThread.call(
                        () -> {
                            assertThat(Processes.unshare(Processes.CLONE_NEWNET)).isZero();
                            assertThat(Files.readSymbolicLink(own)).isNotEqualTo(Path.of(home));
                            return Fd.of("open", own, Descriptors.open(own.toString(), 0, 0));
                        });
        assertThat(Files.readSymbolicLink(own)).hasToString(home);
        try (away) {
            String there =
                    Files.readSymbolicLink(Path.of("/proc/self/fd/" + away.number())).toString();
            OnThread.call(
                    () -> {
                        assertThat(Processes.setns(away.number(), Processes.CLONE_NEWNET)).isZero();
                        assertThat(Files.readSymbolicLink(own)).hasToString(there);
                        return null;
                    });
        }
    }

    @Test
    void everyThreadHasAnIdOfItsOwn() throws Exception {
        int tid = Processes.gettid();
        assertThat(OnThread.call(Processes::gettid)).isNotEqualTo(tid).isPositive();
        assertThat(Processes.getuid())
                .isEqualTo(Integer.parseInt(status("self", "Uid").split("\t")[0]));
    }

    @Test
    void noNewPrivilegesHoldsForTheThreadThatAskedForIt() throws Exception {
        int before = Processes.prctl(Processes.PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0);
        int there =
                OnThread.call(
                        () -> {
                            assertThat(Processes.noNewPrivileges()).isZero();
                            return Processes.prctl(Processes.PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0);
                        });
        assertThat(there).isOne();
        assertThat(Processes.prctl(Processes.PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0)).isEqualTo(before);
    }

    @Test
    void aThreadStaysOnTheCpuThatItIsPinnedTo() throws Exception {
        OnThread.call(
                () -> {
                    int cpu = Processes.cpu();
                    assertThat(Processes.pinTo(cpu)).isZero();
                    assertThat(Processes.cpu()).isEqualTo(cpu);
                    assertThat(status("thread-self", "Cpus_allowed_list"))
                            .isEqualTo(Integer.toString(cpu));
                    assertThat(Processes.pinTo(8191)).isEqualTo(-Errno.EINVAL.number());
                    return cpu;
                });
    }

    @Test
    void aStoppedChildIsSeenUntilItGoesOn() throws ErrnoException {
        try (PipedChild child = PipedChild.start(List.of("/bin/sleep", "60"))) {
            assertThat(Processes.stopped(child.pid)).isFalse();
            Processes.kill(child.pid, Signal.STOP.number());
            await(() -> Processes.stopped(child.pid));
            assertThat(Processes.stopped(child.pid)).as("checking consumes nothing").isTrue();
            assertThat(Processes.anyStopped()).isTrue();
            Processes.kill(child.pid, Signal.CONT.number());
            await(() -> !Processes.stopped(child.pid));
            Processes.kill(child.pid, Signal.KILL.number());
            assertThat(child.exit()).isEqualTo(ExitStatus.killed(9));
        }
    }

    private static void await(BooleanSupplier condition) {
        long end = System.nanoTime() + 30_000_000_000L;
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(end);
            Thread.onSpinWait();
        }
    }

    @Test
    void anotherThreadIsPinnedToSomeCpusAndReleasedAgain() throws ErrnoException {
        int[] all = Processes.affinity(0);
        assertThat(all).isSorted().isNotEmpty();
        try (PipedChild child = PipedChild.start(List.of("/bin/sleep", "60"))) {
            assertThat(Processes.affinity(child.pid)).isEqualTo(all);
            int last = all[all.length - 1];
            assertThat(Processes.setAffinity(child.pid, new int[] {last})).isZero();
            assertThat(Processes.affinity(child.pid)).containsExactly(last);
            assertThat(Processes.setAffinity(child.pid, all)).isZero();
            assertThat(Processes.affinity(child.pid)).isEqualTo(all);
            Processes.kill(child.pid, Signal.KILL.number());
            assertThat(child.exit()).isEqualTo(ExitStatus.killed(9));
        }
    }
}
