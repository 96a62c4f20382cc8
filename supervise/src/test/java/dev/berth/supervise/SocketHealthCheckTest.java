package dev.berth.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.net.Holder;
import dev.berth.net.Protocol;
import dev.berth.supervise.steering.GroupKey;
import dev.berth.supervise.steering.HeldSocket;
import dev.berth.supervise.steering.SocketInode;
import dev.berth.supervise.watch.ForeignSockets;
import dev.berth.supervise.watch.SocketHealthCheck;
import dev.berth.sys.Fd;
import dev.berth.sys.Processes;
import dev.berth.sys.SockAddr;
import dev.berth.sys.SocketOption;
import dev.berth.sys.Sockets;
import dev.berth.testkit.FreePort;
import dev.berth.testkit.LeakCheck;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The checks of a listener that nobody accepts from, or that is not as it should be, at times that
/// the test names.
@ExtendWith(LeakCheck.class)
final class SocketHealthCheckTest {
    private static final int LOOPBACK = 0x7f000001;

    private final List<Socket> clients = new ArrayList<>();
    private final List<String> lost = new ArrayList<>();
    private MonitoredWorker bench;
    private SocketHealthCheck check;
    private HeldSocket listener;
    private int port;

    @BeforeEach
    void open() throws Exception {
        bench = new MonitoredWorker();
        check =
                new SocketHealthCheck(
                        bench.registry,
                        bench.resources,
                        new ForeignSockets(bench.registry, Processes.geteuid()),
                        bench.sink,
                        16);
        port = FreePort.tcp();
        int type = Sockets.SOCK_STREAM | Sockets.SOCK_CLOEXEC;
        Fd fd = Fd.of("socket", "", Sockets.socket(Sockets.AF_INET, type, 0));
        SockAddr.Inet address = new SockAddr.Inet4(LOOPBACK, port);
        SocketOption.REUSEPORT.write(fd.number(), 1);
        assertThat(Sockets.bind(fd.number(), address)).isZero();
        assertThat(Sockets.listen(fd.number(), 16)).isZero();
        GroupKey key = new GroupKey(Protocol.TCP, address, false, 0, false);
        listener = new HeldSocket(fd, SocketInode.of(fd), key, MonitoredWorker.ID);
        bench.registry.add(listener);
        bench.registry.joined(listener);
    }

    @AfterEach
    void close() throws Exception {
        for (Socket client : clients) {
            client.close();
        }
        bench.close();
    }

    private void connect() throws Exception {
        clients.add(new Socket(InetAddress.getLoopbackAddress(), port));
    }

    private void checkQueuesAt(long millis) throws Exception {
        check.checkQueues(List.of(bench.worker), millis);
    }

    @Test
    void aListenerFromWhichNobodyAcceptsForFiveSecondsIsReportedOnce() throws Exception {
        connect();
        connect();
        bench.tables.connections(MonitoredWorker.queued(1), MonitoredWorker.queued(2));
        for (int second = 0; second < 5; second++) {
            checkQueuesAt(second * 1_000L);
        }
        assertThat(bench.sink.said()).isEmpty();

        checkQueuesAt(5_500);
        checkQueuesAt(6_500);
        String who = "slot 0.1 (pid " + bench.worker.pid() + ") ";
        assertThat(bench.sink.said())
                .containsExactly(
                        who
                                + "is not accepting connections: 2 wait on "
                                + listener.key()
                                + "; it may be hung");

        new Fd(Sockets.accept4(listener.fd().number(), Sockets.SOCK_CLOEXEC)).close();
        checkQueuesAt(7_500);
        assertThat(bench.sink.said())
                .hasSize(2)
                .last()
                .isEqualTo(who + "accepts again on " + listener.key());
    }

    @Test
    void otherConnectionsEachTimeAreNoStall() throws Exception {
        connect();
        for (int second = 0; second < 20; second++) {
            bench.tables.connections(MonitoredWorker.queued(100 + second));
            checkQueuesAt(second * 1_000L);
        }
        assertThat(bench.sink.said()).isEmpty();
    }

    @Test
    void aListenerThatTheWorkerShutDownListensAgain() throws Exception {
        holdIt();
        assertThat(Sockets.shutdown(listener.fd().number(), Sockets.SHUT_RDWR)).isZero();
        check.checkSockets(bench.worker, lost::add);
        assertThat(lost).isEmpty();
        assertThat(bench.sink.said())
                .containsExactly("slot 0.1 had shut " + listener.key() + " down; it listens again");
        connect();
    }

    @Test
    void aListenerAsItShouldBeIsLeftAlone() throws Exception {
        holdIt();
        check.checkSockets(bench.worker, lost::add);
        assertThat(lost).isEmpty();
        assertThat(bench.sink.said()).isEmpty();
    }

    @Test
    void aListenerThatNobodyHoldsIsLost() throws Exception {
        check.checkSockets(bench.worker, lost::add);
        bench.turnUntil(() -> !lost.isEmpty());
        assertThat(lost).containsExactly("closed its listener; waiting for it to listen again");
        assertThat(bench.registry.of(MonitoredWorker.ID)).isEmpty();
    }

    /// The worker is this process, as the supervisor is.
    private void holdIt() {
        listener.setHolder(Optional.of(new Holder(bench.worker.pid(), listener.fd().number())));
    }
}
