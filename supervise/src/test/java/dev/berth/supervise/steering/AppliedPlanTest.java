package dev.berth.supervise.steering;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.net.ListenAddress;
import dev.berth.net.ListenerFactory;
import dev.berth.supervise.contract.Policy;
import dev.berth.supervise.contract.SteeringBackend;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.supervise.lifecycle.Admission;
import dev.berth.supervise.lifecycle.TrafficPlan;
import dev.berth.supervise.lifecycle.TrafficPlans;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
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
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;

/// A plan that is applied again, or to groups that have seen no plan before it, results in the same
/// traffic: with the kernel's groups.
@RequiresRoot
@ExtendWith(LeakCheck.class)
final class AppliedPlanTest {
    private static final int WORKERS = 4;
    private static final int PLANS = 60;
    private static final int CLIENTS = 12;

    private final SeededRandom random = SeededRandom.create("plans of traffic");

    @ParameterizedTest
    @EnumSource(names = {"EBPF", "CBPF"})
    void aNewGroupWithTheLastPlanTreatsConnectionsLikeOneThatSawAllPlans(SteeringBackend backend)
            throws Exception {
        try (NetworkNamespace namespace = NetworkNamespace.open()) {
            namespace.run(
                    () -> {
                        try (Group old = new Group(backend, 8000)) {
                            old.join();
                            for (int number = 1; number <= PLANS; number++) {
                                TrafficPlan plan = plan(backend);
                                old.registry.apply(plan);
                                check(old, plan, backend, number);
                            }
                        }
                    });
        }
    }

    private void check(Group old, TrafficPlan plan, SteeringBackend backend, int number)
            throws IOException {
        String where = random + ": " + plan;
        List<OptionalDouble> shares = old.shares();
        Set<WorkerId> hit = old.connect();
        old.registry.apply(plan);
        assertThat(old.shares()).as(where).isEqualTo(shares);
        try (Group fresh = new Group(backend, 8000 + number)) {
            if (random.nextInt(2) == 0) {
                fresh.registry.apply(plan);
                fresh.join();
            } else {
                fresh.join();
                fresh.registry.apply(plan);
            }
            Set<WorkerId> hitThere = fresh.connect();
            if (plan.admission() == Admission.OPEN) {
                assertThat(fresh.shares()).as(where).isEqualTo(shares);
                assertThat(plan.workers()).as(where).containsAll(hit).containsAll(hitThere);
            }
            boolean refuses = plan.admission() != Admission.OPEN && !waits(plan);
            assertThat(hit.isEmpty()).as(where).isEqualTo(refuses);
            assertThat(hitThere.isEmpty()).as(where).isEqualTo(refuses);
        }
    }

    private static boolean waits(TrafficPlan plan) {
        return plan.admission() == Admission.WAIT;
    }

    private TrafficPlan plan(SteeringBackend backend) {
        int kind = random.nextInt(8);
        if (kind == 0) {
            return TrafficPlans.unserved(Set.of(0, 1, 2, 3), Admission.WAIT);
        }
        boolean refuses = backend == SteeringBackend.EBPF;
        if (kind == 1 && refuses) {
            return TrafficPlans.unserved(Set.of(0, 1, 2, 3), Admission.REFUSE);
        }
        List<Policy> policies =
                new ArrayList<>(
                        List.of(
                                new Policy.Hash(),
                                new Policy.Random(),
                                Policy.parse("weighted:1=20%")));
        if (refuses) {
            policies.add(new Policy.RoundRobin());
        }
        return new TrafficPlan(
                shares(),
                Set.of(0, 1, 2, 3),
                Set.of(0, 1, 2, 3),
                random.pick(policies),
                kind == 2 && refuses ? Admission.SHED : Admission.OPEN);
    }

    private Map<WorkerId, Integer> shares() {
        Map<WorkerId, Integer> shares = new HashMap<>();
        for (int slot = 0; slot < WORKERS; slot++) {
            if (random.nextInt(2) == 0) {
                shares.put(new WorkerId(slot, 1), 10 + random.nextInt(10) * 10);
            }
        }
        return shares.isEmpty() ? Map.of(new WorkerId(0, 1), 100) : shares;
    }

    /// A listener of each worker, in one group.
    private static final class Group implements AutoCloseable {
        private final ListenerRegistry registry;
        private final ListenAddress address;
        private final List<HeldSocket> members = new ArrayList<>();

        Group(SteeringBackend backend, int port) throws IOException {
            address = ListenAddress.parse("tcp://127.0.0.1:" + port);
            registry =
                    new ListenerRegistry(
                            SteeringSupport.find(backend), new Policy.Hash(), CpuPinning.here());
        }

        void join() throws IOException {
            GroupKey key = new GroupKey(address.protocol(), address.address(), false, 0, false);
            for (int slot = 0; slot < WORKERS; slot++) {
                Fd fd = ListenerFactory.open(address, true, OptionalInt.empty());
                HeldSocket socket =
                        new HeldSocket(fd, SocketInode.of(fd), key, new WorkerId(slot, 1));
                registry.add(socket);
                ListenerFactory.listen(fd, 100);
                registry.joined(socket);
                members.add(socket);
            }
        }

        /// The part of the connections that each member gets.
        List<OptionalDouble> shares() {
            return members.stream()
                    .map(socket -> registry.group(socket.key()).orElseThrow().share(socket))
                    .toList();
        }

        /// The workers that connections reach; none if they are refused.
        Set<WorkerId> connect() throws IOException {
            Set<WorkerId> hit = new HashSet<>();
            for (int i = 0; i < CLIENTS; i++) {
                if (connected()) {
                    hit.add(
                            Await.value(
                                            Duration.ofSeconds(5),
                                            () ->
                                                    members.stream()
                                                            .filter(Group::accept)
                                                            .findFirst(),
                                            () -> "no member got the connection")
                                    .owner());
                }
            }
            return hit;
        }

        private boolean connected() throws IOException {
            int type = Sockets.SOCK_STREAM | Sockets.SOCK_CLOEXEC;
            try (Fd client = Fd.of("socket", "", Sockets.socket(Sockets.AF_INET, type, 0))) {
                ErrnoException.check(
                        "connect",
                        address.address(),
                        Sockets.connect(client.number(), address.address()));
                return true;
            } catch (ErrnoException refused) {
                return false;
            }
        }

        private static boolean accept(HeldSocket socket) {
            long accepted = Sockets.accept4(socket.fd().number(), Sockets.SOCK_CLOEXEC);
            if (accepted < 0) {
                return false;
            }
            new Fd((int) accepted).close();
            return true;
        }

        @Override
        public void close() {
            registry.close();
        }
    }
}
