package dev.berth.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.berth.net.ListenAddress;
import dev.berth.net.Protocol;
import dev.berth.sys.Capability;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.SockAddr;
import dev.berth.sys.SocketOption;
import dev.berth.sys.Sockets;
import dev.berth.testkit.ChildProcess;
import dev.berth.testkit.LeakCheck;
import dev.berth.testkit.NetworkNamespace;
import dev.berth.testkit.RequiresCapability;
import dev.berth.testkit.RequiresProgram;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;

/// Opens and closes running servers from outside, and then makes the attempt itself.
@ExtendWith(LeakCheck.class)
@RequiresProgram("python3")
@RequiresCapability({Capability.SYS_ADMIN, Capability.SYS_PTRACE})
final class ShareSwitchTest {
    private static final int PORT = 7001;
    private static final Duration LIMIT = Duration.ofMinutes(3);

    private static PortReport report(Protocol protocol) throws Exception {
        return PortReport.of(PortQuery.port(PORT).withProtocol(protocol).withThorough());
    }

    private static void apply(SharePlan plan) {
        assertThat(plan.refusal()).isEmpty();
        assertThat(ShareSwitch.apply(plan))
                .isNotEmpty()
                .extracting(ShareChange::result)
                .containsOnly(ShareChange.Result.DONE);
    }

    /// Binds and listens at the address; the caller closes it.
    private static Fd newcomer(String address, boolean reuseaddr) throws ErrnoException {
        ListenAddress where = ListenAddress.parse(address);
        SockAddr.Inet inet = where.address();
        int type = where.protocol().socketType() | Sockets.SOCK_CLOEXEC;
        Fd fd = Fd.of("socket", inet, Sockets.socket(inet.family(), type, 0));
        try {
            SocketOption.REUSEPORT.write(fd.number(), 1);
            SocketOption.REUSEADDR.write(fd.number(), reuseaddr ? 1 : 0);
            ErrnoException.check("bind", inet, Sockets.bind(fd.number(), inet));
            if (where.protocol() == Protocol.TCP) {
                ErrnoException.check("listen", inet, Sockets.listen(fd.number(), 8));
            }
            return fd;
        } catch (ErrnoException failed) {
            fd.close();
            throw failed;
        }
    }

    private static boolean admits(String address, boolean reuseaddr) {
        try (Fd _ = newcomer(address, reuseaddr)) {
            return true;
        } catch (ErrnoException refused) {
            return false;
        }
    }

    private interface Body {
        void run() throws Exception;
    }

    private static void beside(String python, Body body) throws Exception {
        try (NetworkNamespace namespace = NetworkNamespace.open()) {
            namespace.run(
                    () -> {
                        try (ChildProcess _ = LiveServers.python(python)) {
                            body.run();
                        }
                    });
        }
    }

    private static String listener(String family, String host, int protocol, int reuseaddr) {
        return """
        s = socket.socket(socket.%s, socket.SOCK_STREAM, %d)
        s.setsockopt(1, 2, %d)
        s.bind(('%s', 7001))
        s.listen(8)
        """
                .formatted(family, protocol, reuseaddr, host);
    }

    @ParameterizedTest
    @CsvSource({
        "AF_INET, 0.0.0.0, tcp://0.0.0.0:7001, 0",
        "AF_INET, 127.0.0.1, tcp://127.0.0.1:7001, 0",
        "AF_INET6, ::, tcp://[::]:7001, 0",
        "AF_INET6, ::1, tcp://[::1]:7001, 0",
        "AF_INET, 0.0.0.0, tcp://0.0.0.0:7001, 262",
    })
    void runningListenerIsOpenedAndClosedAgain(
            String family, String host, String address, int protocol) throws Exception {
        assumeTrue(protocol == 0 || MultipathTest.enabled(), "the kernel has no Multipath TCP");
        beside(
                listener(family, host, protocol, 0),
                () -> {
                    assertThat(admits(address, false)).isFalse();
                    SharePlan opening = SharePlan.open(report(Protocol.TCP));
                    apply(opening);
                    assertThat(ShareSwitch.check(opening))
                            .singleElement()
                            .matches(BindForecast::succeeds)
                            .matches(BindForecast::certain);
                    SharePlan closing = SharePlan.close(report(Protocol.TCP), false);
                    apply(closing);
                    assertThat(ShareSwitch.check(closing))
                            .singleElement()
                            .matches(check -> !check.succeeds());
                    assertThat(admits(address, false)).as("no socket had joined").isFalse();
                    apply(SharePlan.open(report(Protocol.TCP)));
                    assertThat(admits(address, false)).isTrue();
                });
    }

    @Test
    void connectionsAcceptedBeforeAreOpenedToo() throws Exception {
        beside(
                listener("AF_INET", "127.0.0.1", 0, 0)
                        + "c = socket.create_connection(('127.0.0.1', 7001)); d = s.accept()\n",
                () -> {
                    SharePlan plan = SharePlan.open(report(Protocol.TCP));
                    assertThat(plan.changes()).hasSize(2);
                    apply(plan);
                    assertThat(ShareSwitch.check(plan)).allMatch(BindForecast::certain);
                    assertThat(admits("tcp://127.0.0.1:7001", false)).isTrue();
                });
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theCheckIncludesConnectionsThatNobodyHolds(boolean reuseaddr) throws Exception {
        beside(
                listener("AF_INET", "127.0.0.1", 0, reuseaddr ? 1 : 0)
                        + "c = socket.create_connection(('127.0.0.1', 7001))\n",
                () -> {
                    SharePlan plan = SharePlan.open(report(Protocol.TCP));
                    assertThat(plan.lasting()).hasSize(1);
                    apply(plan);
                    BindForecast check = ShareSwitch.check(plan).getFirst();
                    assertThat(check.request().reuseaddr()).isTrue();
                    assertThat(check.certain()).isFalse();
                    assertThat(check.succeeds()).isEqualTo(reuseaddr);
                    assertThat(admits("tcp://127.0.0.1:7001", false)).isFalse();
                    assertThat(admits("tcp://127.0.0.1:7001", true)).isEqualTo(reuseaddr);
                });
    }

    @Test
    void socketThatOnlyHoldsThePortIsOpened() throws Exception {
        beside(
                "s = socket.socket(); s.bind(('127.0.0.1', 7001))\n",
                () -> {
                    apply(SharePlan.open(report(Protocol.TCP)));
                    assertThat(admits("tcp://127.0.0.1:7001", false)).isTrue();
                });
    }

    @Test
    void datagramSocketIsOpenedAndClosed() throws Exception {
        beside(
                "s = socket.socket(type=socket.SOCK_DGRAM); s.bind(('127.0.0.1', 7001))\n",
                () -> {
                    assertThat(admits("udp://127.0.0.1:7001", false)).isFalse();
                    apply(SharePlan.open(report(Protocol.UDP)));
                    assertThat(admits("udp://127.0.0.1:7001", false)).isTrue();
                    apply(SharePlan.close(report(Protocol.UDP), false));
                    assertThat(admits("udp://127.0.0.1:7001", false)).isFalse();
                });
    }

    @Test
    void closedAfterAJoinTheCheckIsNotCertainAndTheKernelRemembers() throws Exception {
        beside(
                listener("AF_INET", "127.0.0.1", 0, 0),
                () -> {
                    apply(SharePlan.open(report(Protocol.TCP)));
                    try (Fd _ = newcomer("tcp://127.0.0.1:7001", false)) {
                        SharePlan closing = SharePlan.close(report(Protocol.TCP), false);
                        assertThat(closing.refusal()).isPresent();
                    }
                    SharePlan closing = SharePlan.close(report(Protocol.TCP), false);
                    apply(closing);
                    assertThat(ShareSwitch.check(closing)).noneMatch(BindForecast::certain);
                    assertThat(admits("tcp://127.0.0.1:7001", false)).isTrue();
                });
    }

    @Test
    void serverThatEndsMeanwhileIsGoneAndNothingElse() throws Exception {
        try (NetworkNamespace namespace = NetworkNamespace.open()) {
            namespace.run(
                    () -> {
                        SharePlan plan;
                        try (ChildProcess server =
                                LiveServers.python(listener("AF_INET", "127.0.0.1", 0, 0))) {
                            plan = SharePlan.open(report(Protocol.TCP));
                            server.kill();
                            server.awaitExit(LIMIT);
                        }
                        assertThat(ShareSwitch.apply(plan))
                                .singleElement()
                                .extracting(ShareChange::result)
                                .isEqualTo(ShareChange.Result.GONE);
                    });
        }
    }

    @Test
    void oneHolderOfManyIsEnough() throws Exception {
        beside(
                listener("AF_INET", "127.0.0.1", 0, 0)
                        + "if os.fork() == 0: time.sleep(60); os._exit(0)\n",
                () -> {
                    SharePlan plan = SharePlan.open(report(Protocol.TCP));
                    assertThat(plan.ports().getFirst().owners()).hasSize(2);
                    apply(plan);
                    assertThat(admits("tcp://127.0.0.1:7001", false)).isTrue();
                });
    }

    @Test
    void whyNamesOpenExactlyWhereItHelps() throws Exception {
        BindRequest request = BindRequest.of(ListenAddress.parse("tcp://127.0.0.1:7001"));
        beside(
                listener("AF_INET", "127.0.0.1", 0, 0),
                () -> {
                    assertThat(BindForecast.of(request).fixes())
                            .anyMatch(fix -> fix.startsWith("berth open 7001, and set"));
                    assertThat(BindForecast.of(request.withReuseport(true)).fixes())
                            .anyMatch(fix -> fix.startsWith("berth open 7001: works"));
                    assertThat(BindForecast.of(request.withUid(4242)).fixes())
                            .noneMatch(fix -> fix.startsWith("berth open"));
                    apply(SharePlan.open(report(Protocol.TCP)));
                    assertThat(BindForecast.of(request).fixes())
                            .noneMatch(fix -> fix.startsWith("berth open"));
                });
    }
}
