package dev.berth.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.net.Addresses;
import dev.berth.net.ListenAddress;
import dev.berth.net.ListenerFactory;
import dev.berth.net.NetNamespace;
import dev.berth.net.Protocol;
import dev.berth.net.TcpState;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.SocketOption;
import dev.berth.sys.Sockets;
import dev.berth.testkit.Await;
import dev.berth.testkit.ChildProcess;
import dev.berth.testkit.LeakCheck;
import dev.berth.testkit.NetworkNamespace;
import dev.berth.testkit.OtherUser;
import dev.berth.testkit.RequiresProgram;
import dev.berth.testkit.RequiresRoot;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;

/// Reports on sockets of this and other processes, in a namespace without any others.
@RequiresRoot
@ExtendWith(LeakCheck.class)
class PortReportBuilderTest {
    private static final int SELF = (int) ProcessHandle.current().pid();
    private static final Duration LIMIT = Duration.ofMinutes(3);

    private NetworkNamespace namespace;

    @BeforeEach
    void open() throws Exception {
        namespace = NetworkNamespace.open();
    }

    @AfterEach
    void close() {
        namespace.close();
    }

    private static Fd bound(String address, boolean reuseport) throws ErrnoException {
        return ListenerFactory.open(ListenAddress.parse(address), reuseport, OptionalInt.empty());
    }

    private static Fd listening(String address, boolean reuseport) throws ErrnoException {
        Fd fd = bound(address, reuseport);
        ListenerFactory.listen(fd, 3);
        return fd;
    }

    private static Fd connected(String address) throws ErrnoException {
        ListenAddress to = ListenAddress.parse(address);
        int type = Sockets.SOCK_STREAM | Sockets.SOCK_CLOEXEC;
        Fd fd = Fd.of("socket", to, Sockets.socket(to.address().family(), type, 0));
        int rc = Sockets.connect(fd.number(), to.address());
        ErrnoException.check("connect", to, rc);
        return fd;
    }

    @Test
    void listenerIsReportedWithAllThatItsOwnerSet() throws Exception {
        namespace.run(
                () -> {
                    try (Fd listener = listening("127.0.0.1:80", false);
                            Fd _ = connected("127.0.0.1:80")) {
                        Await.until(LIMIT, () -> queue(80) == 1, () -> "queue " + queue(80));
                        PortReport report = PortReport.of(80);
                        PortSocket socket = report.sockets().getFirst();
                        assertThat(socket.state()).isEqualTo(TcpState.LISTEN);
                        assertThat(socket.reuseaddr()).contains(true);
                        assertThat(socket.reuseport()).contains(false);
                        assertThat(socket.backlog()).isEqualTo(3);
                        assertThat(socket.drops()).hasValue(0);
                        assertThat(socket.group()).isEmpty();
                        assertThat(socket.multipath()).isFalse();
                        assertThat(socket.netns()).isEqualTo(NetNamespace.current().inode());
                        assertThat(socket.cookie())
                                .isEqualTo(SocketOption.COOKIE.read(listener.number()));
                        assertThat(socket.explanation()).isEmpty();
                        Owner owner = socket.owners().getFirst();
                        assertThat(owner.pid()).isEqualTo(SELF);
                        assertThat(owner.fd()).isEqualTo(listener.number());
                        assertThat(owner.user()).isEqualTo("root");
                        assertThat(owner.command()).contains("java");
                        assertThat(report.sockets().getLast().explanation())
                                .contains("not accepted yet");
                    }
                });
    }

    private static int queue(int port) {
        try {
            return PortReport.of(port).sockets().getFirst().queue();
        } catch (java.io.IOException failed) {
            throw new AssertionError(failed);
        }
    }

    @Test
    void membersOfAGroupAreCountedAndThoseOnOtherAddressesAreNot() throws Exception {
        namespace.run(
                () -> {
                    try (Fd _ = listening("127.0.0.1:80", true);
                            Fd _ = listening("127.0.0.1:80", true);
                            Fd _ = listening("0.0.0.0:80", true)) {
                        PortReport report = PortReport.of(80);
                        assertThat(report.groups())
                                .extracting(PortGroup::members)
                                .containsExactly(1, 2);
                        assertThat(report.groups())
                                .allSatisfy(group -> assertThat(group.foreign()).isEmpty());
                        assertThat(report.unknown()).isEmpty();
                    }
                });
    }

    @Test
    void boundSocketsAndDatagramSocketsAreReported() throws Exception {
        namespace.run(
                () -> {
                    try (Fd _ = bound("[::1]:80", false);
                            Fd _ = bound("udp://127.0.0.1:80", true)) {
                        PortReport report = PortReport.of(80);
                        assertThat(report.sockets())
                                .extracting(PortSocket::protocol)
                                .containsExactly(Protocol.UDP, Protocol.TCP);
                        PortSocket silent = report.sockets().getLast();
                        assertThat(silent.silent()).isTrue();
                        assertThat(silent.v6only()).contains(true);
                        assertThat(silent.owners()).extracting(Owner::pid).containsExactly(SELF);
                        assertThat(report.sockets().getFirst().group()).hasValue(1);
                        PortQuery tcp = PortQuery.port(80).withProtocol(Protocol.TCP);
                        assertThat(PortReport.of(tcp).sockets()).containsExactly(silent);
                    }
                });
    }

    @Test
    void timeWaitHasTimeLeftAndNoOwner() throws Exception {
        namespace.run(
                () -> {
                    try (Fd listener = listening("127.0.0.1:80", false)) {
                        Fd client = connected("127.0.0.1:80");
                        int accepted =
                                Await.value(LIMIT, () -> accept(listener), () -> "nobody connects");
                        new Fd(accepted).close();
                        client.close();
                    }
                    PortReport report = PortReport.of(80);
                    assertThat(report.sockets()).hasSize(1);
                    PortSocket left = report.sockets().getFirst();
                    assertThat(left.state()).isEqualTo(TcpState.TIME_WAIT);
                    assertThat(left.timeWaitMillis().orElseThrow()).isBetween(1, 60_000);
                    assertThat(left.owners()).isEmpty();
                    assertThat(left.reuseaddr()).isEmpty();
                    assertThat(report.unknown())
                            .singleElement()
                            .asString()
                            .contains("reuseaddr, reuseport of 1 TIME_WAIT", "only the kernel");
                });
    }

    private int listeners(int port) {
        try {
            return namespace.call(() -> PortReport.of(port)).sockets().size();
        } catch (Exception failed) {
            throw new AssertionError(failed);
        }
    }

    private static Optional<Integer> accept(Fd listener) {
        int fd = Sockets.accept4(listener.number(), Sockets.SOCK_CLOEXEC);
        return fd < 0 ? Optional.empty() : Optional.of(fd);
    }

    @Test
    void addressSelectsTheSocketsThatConcernIt() throws Exception {
        namespace.run(
                () -> {
                    try (Fd _ = listening("127.0.0.1:80", true);
                            Fd _ = listening("127.0.0.2:80", true);
                            Fd _ = listening("0.0.0.0:80", true)) {
                        PortQuery query =
                                PortQuery.everything().withAddress(Addresses.parse("127.0.0.2:80"));
                        assertThat(PortReport.of(query).sockets())
                                .extracting(socket -> socket.local().toString())
                                .containsExactly("0.0.0.0:80", "127.0.0.2:80");
                    }
                });
    }

    @Test
    @RequiresProgram("python3")
    void socketThatChildrenInheritedHasAllOfThemForOwners() throws Exception {
        String body = "s = listener(80)\nfor i in range(3):\n  if os.fork() == 0: time.sleep(60)\n";
        try (ChildProcess child = namespace.call(() -> LiveServers.python(body))) {
            PortReport report = namespace.call(() -> PortReport.of(80));
            assertThat(report.sockets()).hasSize(1);
            List<Owner> owners = report.sockets().getFirst().owners();
            assertThat(owners).hasSize(4).extracting(Owner::pid).contains(child.pid());
            PortQuery thorough = PortQuery.port(80).withThorough();
            assertThat(namespace.call(() -> PortReport.of(thorough)).sockets())
                    .singleElement()
                    .satisfies(socket -> assertThat(socket.owners()).isEqualTo(owners));
        }
    }

    @Test
    @RequiresProgram("python3")
    void foreignSocketInAGroupIsFound() throws Exception {
        String workers =
                "for i in range(2):\n  if os.fork() == 0: s = listener(80); time.sleep(60)\n";
        try (ChildProcess _ = namespace.call(() -> LiveServers.python(workers))) {
            Await.until(LIMIT, () -> listeners(80) == 2, () -> "workers: " + listeners(80));
            try (ChildProcess stranger =
                    namespace.call(() -> LiveServers.python("s = listener(80)"))) {
                PortReport report = namespace.call(() -> PortReport.of(80));
                assertThat(report.groups())
                        .singleElement()
                        .satisfies(
                                group -> {
                                    assertThat(group.members()).isEqualTo(3);
                                    assertThat(group.foreign().getFirst().owners())
                                            .extracting(Owner::pid)
                                            .containsExactly(stranger.pid());
                                    assertThat(group.foreign()).hasSize(1);
                                });
            }
        }
    }

    @Test
    @RequiresProgram("python3")
    void whatAnotherUserCannotSeeIsNamedAndReuseportInferred() throws Exception {
        String body = "a = listener(80)\nb = listener(80)\nc = listener(81, 0)";
        try (ChildProcess _ = namespace.call(() -> LiveServers.python(body))) {
            namespace.call(() -> PortReport.of(80));
            PortReport report = asNobody(() -> PortReport.of(80));
            assertThat(report.sockets()).hasSize(2);
            for (PortSocket socket : report.sockets()) {
                assertThat(socket.owners()).isEmpty();
                assertThat(socket.explanation()).contains("no permission");
                assertThat(socket.reuseaddr()).isEmpty();
                assertThat(socket.reuseport()).contains(true);
                assertThat(socket.options().inferred()).isTrue();
                assertThat(socket.uid()).isZero();
            }
            assertThat(report.unknown())
                    .anySatisfy(line -> assertThat(line).contains("owners, reuseaddr of", "root"))
                    .anySatisfy(line -> assertThat(line).contains("reuseport", "inferred"));
            PortReport alone = asNobody(() -> PortReport.of(81));
            assertThat(alone.sockets().getFirst().reuseport()).isEmpty();
            assertThat(alone.groups()).isEmpty();
        }
    }

    /// Runs on its own thread, which alone runs as another user.
    private <T> T asNobody(Callable<T> task) throws Exception {
        return namespace.call(() -> OtherUser.call(OtherUser.NOBODY, task));
    }

    @Test
    @RequiresProgram("python3")
    void socketsOfOtherNamespacesAreFoundOnRequest() throws Exception {
        try (ChildProcess child = namespace.call(() -> LiveServers.python("s = listener(61234)"))) {
            long inside = namespace.call(() -> NetNamespace.current().inode());
            assertThat(PortReport.of(61234).sockets()).isEmpty();
            PortReport report = PortReport.of(PortQuery.port(61234).withNamespaces());
            assertThat(report.sockets())
                    .singleElement()
                    .satisfies(
                            socket -> {
                                assertThat(socket.netns()).isEqualTo(inside);
                                assertThat(socket.reuseport()).contains(true);
                                assertThat(socket.owners())
                                        .extracting(Owner::pid)
                                        .containsExactly(child.pid());
                            });
            PortReport held = PortReport.of(PortQuery.everything().withPid(child.pid()));
            assertThat(held.sockets()).isEqualTo(report.sockets());
        }
    }

    @Test
    void socketBoundToADeviceNamesIt() throws Exception {
        namespace.run(
                () -> {
                    try (Fd fd = bound("127.0.0.1:80", false)) {
                        SocketOption.BINDTOIFINDEX.write(fd.number(), 1);
                        assertThat(PortReport.of(80).sockets().getFirst().deviceName())
                                .contains("lo");
                    }
                });
    }
}
