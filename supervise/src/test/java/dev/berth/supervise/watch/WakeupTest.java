package dev.berth.supervise.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.net.Protocol;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.supervise.process.Clock;
import dev.berth.supervise.process.EventLoop;
import dev.berth.supervise.steering.GroupKey;
import dev.berth.supervise.steering.HeldSocket;
import dev.berth.sys.Fd;
import dev.berth.sys.Processes;
import dev.berth.sys.Signal;
import dev.berth.sys.SockAddr;
import dev.berth.sys.Sockets;
import dev.berth.testkit.LeakCheck;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/// What wakes a supervisor that has nothing to sample.
@ExtendWith(LeakCheck.class)
final class WakeupTest {
    private final List<String> rings = new ArrayList<>();
    private EventLoop loop;

    @BeforeEach
    void open() throws Exception {
        loop = new EventLoop(rings::add, Clock.SYSTEM);
    }

    @AfterEach
    void close() {
        loop.close();
    }

    private void turnUntilARing() throws Exception {
        long deadline = loop.now() + 10_000;
        while (rings.isEmpty() && loop.now() < deadline) {
            loop.turn(deadline);
        }
    }

    @Test
    void aStoppedChildWakesIt() throws Exception {
        Process child = new ProcessBuilder("sleep", "60").start();
        try {
            new StoppedChildWaiter(loop).arm(() -> rings.add("stopped"));
            Processes.kill((int) child.pid(), Signal.STOP.number());
            turnUntilARing();
            assertThat(rings).containsExactly("stopped");
        } finally {
            child.destroyForcibly().waitFor();
        }
    }

    @Test
    void aConnectionWakesItOnce() throws Exception {
        int type = Sockets.SOCK_STREAM | Sockets.SOCK_CLOEXEC;
        try (Fd fd = Fd.of("socket", "", Sockets.socket(Sockets.AF_INET, type, 0));
                Socket client = new Socket();
                ListenerWakeup wakeup = new ListenerWakeup(loop)) {
            assertThat(Sockets.bind(fd.number(), new SockAddr.Inet4(0x7f000001, 0))).isZero();
            assertThat(Sockets.listen(fd.number(), 1)).isZero();
            SockAddr.Inet address = (SockAddr.Inet) Sockets.getsockname(fd.number());
            GroupKey key = new GroupKey(Protocol.TCP, address, false, 0, false);
            HeldSocket listener = new HeldSocket(fd, 1, key, new WorkerId(0, 1));
            wakeup.arm(List.of(listener), () -> rings.add("it"));
            loop.turn(loop.now());
            assertThat(rings).isEmpty();

            client.connect(new InetSocketAddress("127.0.0.1", address.port()));
            turnUntilARing();
            loop.turn(loop.now());

            assertThat(rings).containsExactly("it");
            assertThat(wakeup.armed()).isFalse();
        }
    }
}
