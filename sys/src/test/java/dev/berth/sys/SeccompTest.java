package dev.berth.sys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

@ExtendWith(NoLeaks.class)
class SeccompTest {
    /// A program that binds and listens; the port is filled in.
    private static final String SERVER =
            """
            import socket, sys
            s = socket.socket()
            try:
                s.bind(('127.0.0.1', PORT))
                s.listen(3)
                print('listening', s.getsockname()[1], s.getsockopt(1, 15), flush=True)
                s.accept()
                print('served', flush=True)
            except OSError as e:
                print('errno', e.errno, flush=True)
            """;

    private static String server(int port) {
        return SERVER.replace("PORT", Integer.toString(port));
    }

    @Test
    void aChildsOwnSocketIsBoundAndMadeToListenForIt() throws Exception {
        int port = Tcp.freePort();
        try (FilteredChild python =
                FilteredChild.start(
                        () -> PipedChild.python(server(port)), Syscall.BIND, Syscall.LISTEN)) {
            Notification bind = python.next();
            assertThat(bind.is(Syscall.BIND)).isTrue();
            assertThat(bind.tid()).isEqualTo(python.child.pid);
            SockAddr.Inet address = python.address(bind);
            assertThat(address).isEqualTo(Tcp.LOOPBACK.withPort(port));
            try (Fd held = python.take(bind.intArgument(0))) {
                SocketOption.REUSEPORT.write(held.number(), 1);
                assertThat(Sockets.bind(held.number(), address)).isZero();
                python.answer(bind, 0, 0);

                Notification listen = python.next();
                assertThat(listen.is(Syscall.LISTEN)).isTrue();
                assertThat(listen.intArgument(1)).as("backlog asked for").isEqualTo(3);
                assertThat(Sockets.listen(held.number(), 128)).isZero();
                python.answer(listen, 0, 0);

                assertThat(python.child.line()).isEqualTo("listening " + port + " 1");
                assertThat(SocketOption.ACCEPTCONN.read(held.number())).isOne();
                connectsTo(held);
                assertThat(python.child.line()).isEqualTo("served");
            }
        }
    }

    private static void connectsTo(Fd listener) throws ErrnoException {
        try (Fd client = Tcp.socket()) {
            SockAddr address = Tcp.LOOPBACK.withPort(Tcp.name(listener).port());
            assertThat(Sockets.connect(client.number(), address)).isZero();
        }
    }

    @Test
    void aBindOnAThreadThatIsNotTheMainThreadIsServedToo() throws Exception {
        int port = Tcp.freePort();
        try (FilteredChild java =
                FilteredChild.start(
                        () -> PipedChild.java(BindingProgram.class, Integer.toString(port)),
                        Syscall.BIND)) {
            Notification bind = bindOfPort(java, port);
            assertThat(bind.tid()).isNotEqualTo(java.child.pid);
            assertThat(Files.readString(Path.of("/proc/" + bind.tid() + "/status")))
                    .contains("Tgid:\t" + java.child.pid);
            try (Fd held = java.take(bind.intArgument(0))) {
                assertThat(Sockets.bind(held.number(), java.address(bind))).isZero();
                java.answer(bind, 0, 0);
                assertThat(java.child.line()).isEqualTo("listening on " + port);
                connectsTo(held);
                assertThat(java.child.line()).isEqualTo("served");
            }
        }
    }

    /// A JVM may bind other sockets first, to find out what the machine supports.
    private static Notification bindOfPort(FilteredChild java, int port) throws ErrnoException {
        Notification bind = java.next();
        while (java.address(bind).port() != port) {
            assertThat(Seccomp.proceed(java.listener, bind.id())).isZero();
            bind = java.next();
        }
        return bind;
    }

    @Test
    void aPidfdOfTheBindingThreadTakesItsSocket() throws Exception {
        int port = Tcp.freePort();
        try (FilteredChild java =
                FilteredChild.start(
                        () -> PipedChild.java(BindingProgram.class, Integer.toString(port)),
                        Syscall.BIND)) {
            Notification bind = bindOfPort(java, port);
            int thread = Pidfds.pidfdOpen(bind.tid(), Pidfds.PIDFD_THREAD);
            Assumptions.assumeFalse(Errno.EINVAL.is(thread), "PIDFD_THREAD needs Linux 6.9");
            try (Fd pidfd = Fd.of("pidfd_open", bind.tid(), thread);
                    Fd held =
                            Fd.of(
                                    "pidfd_getfd",
                                    bind,
                                    Pidfds.pidfdGetfd(pidfd.number(), bind.intArgument(0)))) {
                assertThat(SocketOption.TYPE.read(held.number())).isEqualTo(Sockets.SOCK_STREAM);
            }
            assertThat(Pidfds.pidfdOpen(bind.tid(), 0)).as("without the flag").isNegative();
        }
    }

    @Test
    void ourSocketReplacesTheChilds() throws Exception {
        int asked = Tcp.freePort();
        try (Fd ours = Tcp.listening();
                FilteredChild python =
                        FilteredChild.start(() -> PipedChild.python(server(asked)), Syscall.BIND)) {
            Notification bind = python.next();
            int target = bind.intArgument(0);

            assertThat(Seccomp.addFd(python.listener, bind.id(), ours.number(), target, true))
                    .isEqualTo(target);
            python.answer(bind, 0, 0);

            assertThat(python.child.line()).isEqualTo("listening " + Tcp.name(ours).port() + " 0");
            assertThat(
                            Files.readString(
                                    Path.of("/proc", "" + python.child.pid, "fdinfo", "" + target)))
                    .as("close-on-exec as asked")
                    .contains("flags:\t02000002");
        }
    }

    @Test
    void anErrorAnswerBecomesTheErrorOfTheCall() throws Exception {
        try (FilteredChild python =
                FilteredChild.start(() -> PipedChild.python(server(1)), Syscall.BIND)) {
            python.answer(python.next(), 0, Errno.EADDRINUSE.number());

            assertThat(python.child.line()).isEqualTo("errno 98");
        }
    }

    @Test
    void aCallThatMayProceedIsMadeByTheKernel() throws Exception {
        int port = Tcp.freePort();
        try (FilteredChild python =
                FilteredChild.start(() -> PipedChild.python(server(port)), Syscall.BIND)) {
            assertThat(Seccomp.proceed(python.listener, python.next().id())).isZero();

            assertThat(python.child.line()).isEqualTo("listening " + port + " 0");
        }
    }

    @Test
    void aCallOfAKilledChildCannotBeAnswered() throws Exception {
        try (FilteredChild python =
                FilteredChild.start(() -> PipedChild.python(server(1)), Syscall.BIND)) {
            Notification bind = python.next();
            assertThat(Seccomp.idValid(python.listener, bind.id())).isZero();
            assertThat(Seccomp.receive(python.listener)).as("no second one").isEmpty();

            Processes.kill(python.child.pid, Signal.KILL.number());
            python.child.exit();

            assertThat(Errno.ENOENT.is(Seccomp.idValid(python.listener, bind.id()))).isTrue();
            assertThat(Errno.ENOENT.is(Seccomp.respond(python.listener, bind.id(), 0, 0))).isTrue();
            assertThat(Seccomp.receive(python.listener)).isEmpty();
            assertThat(Poll.poll(python.listener, Poll.POLLIN, 10_000)).isEqualTo(Poll.POLLHUP);
        }
    }

    @Test
    void aSignalDoesNotMakeAChildRepeatACallThatWasReceived() throws Exception {
        Assumptions.assumeTrue(Seccomp.waitKillableSupported(), "needs Linux 5.19");
        String program =
                "import signal; signal.signal(signal.SIGUSR1, lambda *a: None)\n" + server(1);
        try (FilteredChild python =
                FilteredChild.start(() -> PipedChild.python(program), Syscall.BIND)) {
            Notification bind = python.next();

            Processes.kill(python.child.pid, Signal.USR1.number());

            assertThat(Poll.poll(python.listener, Poll.POLLIN, 300)).as("again").isZero();
            python.answer(bind, 0, Errno.EACCES.number());
            assertThat(python.child.line()).isEqualTo("errno 13");
        }
    }

    @Test
    void askingForTheFlagInstallsNothing() throws Exception {
        String seccomp =
                OnThread.call(
                        () -> {
                            boolean first = Seccomp.waitKillableSupported();
                            assertThat(Seccomp.waitKillableSupported()).isEqualTo(first);
                            return Files.readString(Path.of("/proc/thread-self/status"));
                        });
        assertThat(seccomp).contains("Seccomp_filters:\t0");
    }

    @Test
    void aFilterAppliesToItsThreadOnly() throws Exception {
        Errno there =
                OnThread.call(
                        () -> {
                            Processes.noNewPrivileges();
                            long[] filter = Filters.deny(Errno.EXDEV, Syscall.UNSHARE);
                            assertThat(Seccomp.install(filter)).isZero();
                            return Errno.of(-Processes.unshare(0));
                        });
        assertThat(there).isEqualTo(Errno.EXDEV);
        assertThat(Processes.unshare(0)).isZero();
    }

    @Test
    void aSecondListenerAboveTheFirstIsRefused() throws Exception {
        OnThread.call(
                () -> {
                    Processes.noNewPrivileges();
                    long[] filter = Filters.notify(Syscall.PTRACE);
                    try (Fd first = Fd.of("seccomp", "", Seccomp.installListener(filter, false))) {
                        assertThat(Descriptors.fcntl(first.number(), Descriptors.F_GETFD, 0))
                                .isEqualTo(Descriptors.FD_CLOEXEC);
                        assertThat(Errno.EBUSY.is(Seccomp.installListener(filter, false))).isTrue();
                    }
                    return null;
                });
    }

    @Test
    void withoutPrivilegesAFilterNeedsNoNewPrivilegesFirst() throws Exception {
        Assumptions.assumeTrue(Capabilities.has(Capability.SETUID), "needs CAP_SETUID");
        boolean dumpable = Processes.dumpable();
        OnThread.call(
                () -> {
                    assertThat(Processes.setresuid(65534, 65534, 65534)).isZero();
                    long[] filter = Filters.notify(Syscall.PTRACE);
                    assertThat(Errno.EACCES.is(Seccomp.installListener(filter, false))).isTrue();
                    assertThat(Seccomp.noNewPrivileges()).isZero();
                    Fd.of("seccomp", "", Seccomp.installListener(filter, false)).close();
                    return null;
                });
        assertThat(Processes.setDumpable(dumpable)).isZero();
    }

    @Test
    void aDescriptorThatIsNoListenerIsAnError() throws Exception {
        try (Fd socket = Tcp.listening();
                Fd client = Tcp.socket()) {
            assertThat(Sockets.connect(client.number(), Tcp.name(socket))).isZero();
            assertThatThrownBy(() -> Seccomp.receive(socket.number()))
                    .isInstanceOf(ErrnoException.class)
                    .hasMessageContaining("ENOTTY");
        }
        assertThatThrownBy(() -> Seccomp.receive(9_999)).hasMessageContaining("EBADF");
        assertThatIllegalArgumentException().isThrownBy(() -> Seccomp.install(new long[0]));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Notification(1, 2, 3, List.of(1L)));
    }
}
