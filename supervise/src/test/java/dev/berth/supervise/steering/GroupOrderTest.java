package dev.berth.supervise.steering;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.net.ListenAddress;
import dev.berth.net.ListenerFactory;
import dev.berth.supervise.contract.Policy;
import dev.berth.supervise.contract.SteeringBackend;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.supervise.lifecycle.Admission;
import dev.berth.supervise.lifecycle.TrafficPlans;
import dev.berth.sys.Fd;
import dev.berth.sys.SockAddr;
import dev.berth.sys.Sockets;
import dev.berth.testkit.Await;
import dev.berth.testkit.LeakCheck;
import dev.berth.testkit.NetworkNamespace;
import dev.berth.testkit.RequiresRoot;
import dev.berth.testkit.SeededRandom;

import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/// The supervisor's model of a group's members compared with the kernel: after every change,
/// exactly the served members get connections.
@RequiresRoot
@ExtendWith(LeakCheck.class)
final class GroupOrderTest {
    private static final ListenAddress ADDRESS = ListenAddress.parse("tcp://127.0.0.1:8080");
    private static final int STEPS = 150;

    private final SeededRandom random = SeededRandom.create("changes of a group");
    private final List<HeldSocket> members = new ArrayList<>();
    private final Set<WorkerId> served = new HashSet<>();
    private int generation;

    @ParameterizedTest
    @EnumSource(names = {"EBPF", "CBPF"})
    void onlyServedMembersGetConnectionsWhateverJoinsOrLeaves(SteeringBackend backend)
            throws Exception {
        try (NetworkNamespace namespace = NetworkNamespace.open()) {
            namespace.run(
                    () -> {
                        try (ListenerRegistry registry =
                                new ListenerRegistry(
                                        SteeringSupport.find(backend),
                                        new Policy.Hash(),
                                        CpuPinning.here())) {
                            for (int step = 0; step < STEPS; step++) {
                                change(registry);
                                check(registry);
                            }
                        }
                    });
        }
    }

    private void change(ListenerRegistry registry) throws IOException {
        int kind = members.size() < 2 ? 0 : random.nextInt(members.size() > 8 ? 6 : 8);
        if (kind == 0 || kind > 5) {
            join(registry);
        } else if (kind <= 2) {
            leave(registry);
        } else if (kind == 3) {
            shutDown(registry);
        } else {
            serve(registry);
        }
    }

    private void join(ListenerRegistry registry) throws IOException {
        Fd fd = ListenerFactory.open(ADDRESS, true, OptionalInt.empty());
        GroupKey key = new GroupKey(ADDRESS.protocol(), ADDRESS.address(), false, 0, false);
        WorkerId id = new WorkerId(0, ++generation);
        HeldSocket socket = new HeldSocket(fd, SocketInode.of(fd), key, id);
        registry.add(socket);
        ListenerFactory.listen(fd, 100);
        registry.joined(socket);
        members.add(socket);
        if (served.isEmpty()) {
            served.add(id);
            serveNow(registry);
        }
    }

    private HeldSocket any() {
        return members.get(random.nextInt(members.size()));
    }

    /// As in a roll, a leaving member is no longer served; but a crash can come at any time.
    private void leave(ListenerRegistry registry) throws IOException {
        HeldSocket leaving = any();
        boolean last = served.equals(Set.of(leaving.owner()));
        if (last) {
            return;
        }
        if (served.remove(leaving.owner()) && random.nextInt(2) == 0) {
            serveNow(registry);
        }
        registry.retire(leaving);
        members.remove(leaving);
        serveNow(registry);
    }

    private void shutDown(ListenerRegistry registry) throws IOException {
        HeldSocket socket = any();
        Sockets.shutdown(socket.fd().number(), Sockets.SHUT_RD);
        registry.left(socket);
        Sockets.listen(socket.fd().number(), 100);
        registry.joined(socket);
    }

    private void serve(ListenerRegistry registry) throws IOException {
        served.clear();
        served.add(any().owner());
        members.stream()
                .map(HeldSocket::owner)
                .filter(_ -> random.nextInt(3) == 0)
                .forEach(served::add);
        serveNow(registry);
    }

    private void serveNow(ListenerRegistry registry) throws IOException {
        registry.apply(
                served.isEmpty()
                        ? TrafficPlans.unserved(Set.of(0), Admission.REFUSE)
                        : TrafficPlans.serving(served, Set.of(0)));
    }

    private void check(ListenerRegistry registry) throws IOException {
        assertThat(registry.all()).containsExactlyInAnyOrderElementsOf(members);
        Set<WorkerId> hit = new HashSet<>();
        for (int i = 0; i < 8 * served.size(); i++) {
            connect();
            hit.add(
                    Await.value(
                                    Duration.ofSeconds(5),
                                    () -> members.stream().filter(GroupOrderTest::drop).findFirst(),
                                    () -> "no member got the connection")
                            .owner());
        }
        assertThat(served).as(random.toString()).containsAll(hit);
        if (served.size() == 1) {
            assertThat(hit).isEqualTo(served);
        }
    }

    private static void connect() throws IOException {
        int type = Sockets.SOCK_STREAM | Sockets.SOCK_CLOEXEC;
        try (Fd client = Fd.of("socket", "", Sockets.socket(Sockets.AF_INET, type, 0))) {
            SockAddr.Inet server = ADDRESS.address();
            dev.berth.sys.ErrnoException.check(
                    "connect", server, Sockets.connect(client.number(), server));
        }
    }

    private static boolean drop(HeldSocket socket) {
        long accepted = Sockets.accept4(socket.fd().number(), Sockets.SOCK_CLOEXEC);
        if (accepted < 0) {
            return false;
        }
        new Fd((int) accepted).close();
        return true;
    }
}
