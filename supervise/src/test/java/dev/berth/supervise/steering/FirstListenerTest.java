package dev.berth.supervise.steering;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.net.ListenAddress;
import dev.berth.net.ListenerFactory;
import dev.berth.supervise.contract.Policy;
import dev.berth.supervise.contract.SteeringBackend;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.supervise.lifecycle.TrafficPlans;
import dev.berth.sys.Fd;
import dev.berth.testkit.Await;
import dev.berth.testkit.LeakCheck;
import dev.berth.testkit.NetworkNamespace;
import dev.berth.testkit.RequiresRoot;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/// The first listener on an address that another one covers: from the moment the kernel finds it,
/// clients are led to it rather than refused.
@RequiresRoot
@ExtendWith(LeakCheck.class)
final class FirstListenerTest {
    private static final int BIRTHS = 40;

    /// Nothing accepts, so all of them together must fit into a queue.
    private static final int CLIENTS_PER_BIRTH = 20;

    private static final WorkerId OLD = new WorkerId(0, 1);
    private static final WorkerId NEXT = new WorkerId(0, 2);

    private final List<String> refused = new CopyOnWriteArrayList<>();
    private final AtomicInteger connected = new AtomicInteger();
    private final Semaphore clients = new Semaphore(0);
    private volatile boolean over;

    @Test
    void noClientIsRefusedWhileAGroupIsCreated() throws Exception {
        try (NetworkNamespace namespace = NetworkNamespace.open()) {
            namespace.run(
                    () -> {
                        try (ListenerRegistry registry =
                                new ListenerRegistry(
                                        SteeringSupport.find(SteeringBackend.EBPF),
                                        new Policy.Hash(),
                                        CpuPinning.here())) {
                            join(registry, "tcp://0.0.0.0:8080", OLD);
                            registry.apply(TrafficPlans.serving(Set.of(OLD), Set.of(0)));
                            bear(registry);
                        }
                    });
        }
        assertThat(connected.get()).isPositive();
        assertThat(refused).isEmpty();
    }

    private void bear(ListenerRegistry registry) throws Exception {
        Thread client = Thread.ofPlatform().start(this::connect);
        try {
            for (int i = 0; i < BIRTHS; i++) {
                clients.release(CLIENTS_PER_BIRTH);
                join(registry, "tcp://127.0.0.1:8080", NEXT);
                registry.beforeStop(NEXT);
                awaitConnection();
                registry.closeSockets(NEXT);
            }
        } finally {
            over = true;
            clients.release();
            client.join();
        }
    }

    /// Returns once no client can still be in a handshake that began earlier.
    private void awaitConnection() {
        int before = connected.get() + refused.size();
        clients.release(2);
        Await.until(
                Duration.ofMinutes(1),
                () -> connected.get() + refused.size() > before + 1,
                () -> "no client comes any more");
    }

    private void connect() {
        while (!over) {
            clients.acquireUninterruptibly();
            try (Socket socket = new Socket()) {
                socket.setSoLinger(true, 0);
                socket.connect(new InetSocketAddress("127.0.0.1", 8080), 10_000);
                connected.incrementAndGet();
            } catch (IOException failed) {
                refused.add(failed.toString());
            }
        }
    }

    private static void join(ListenerRegistry registry, String address, WorkerId owner)
            throws IOException {
        ListenAddress listen = ListenAddress.parse(address);
        Fd fd = ListenerFactory.open(listen, true, OptionalInt.empty());
        GroupKey key = new GroupKey(listen.protocol(), listen.address(), false, 0, false);
        HeldSocket socket = new HeldSocket(fd, SocketInode.of(fd), key, owner);
        registry.add(socket);
        ListenerFactory.listen(fd, 4096);
        registry.joined(socket);
    }
}
